//! Right flows of any length, with the whole language in them.

use flowc::source::SourceFile;

/// A flow of so many lines of which nothing is to be said: an order desk, over and over under other names.
pub(crate) fn flow(lines: usize) -> SourceFile {
    let mut text = HEAD.to_owned();
    let desk = DESK.lines().count();
    for number in 0..lines.saturating_sub(text.lines().count()) / desk {
        text.push_str(&DESK.replace("NUMBER", &number.to_string()));
    }
    let rest = lines.saturating_sub(text.lines().count());
    text.push_str(&"# one more line\n".repeat(rest));
    SourceFile::new("generated.flow", text)
}

/// What a file has once.
const HEAD: &str = r#"flow "Generated"
timezone "America/New_York"
secret TOKEN
const FRONT_DESK = "+13055550111"

service crm "https://crm.example.com/v2"
  bearer $TOKEN
  header "User-Agent" = "seaside-hotel (ops@seaside.example)"
  timeout 20s

on sms matching "stop|cancel" -> sms "We will not text you again."

"#;

/// An order desk: a trigger that calls a service, a conversation, and a test of both.
const DESK: &str = r#"# Orders of desk NUMBER, as they become ready.
on api "order-NUMBER"
     token $TOKEN
     expect OrderNo: int, FirstName: text, Phone: phone, Note?: text
  -> call crm POST "/orders/$OrderNo"
       query "source" = "sms"
       json { "name": $FirstName, "phone": $Phone, "tags": ["guest", (upper("x"))] }
       < city = customer.city, tier: int = tier, price? = "$.rooms[?@.free==true].price" >
     ok -> if $tier > 2 and $OrderNo != 7
             -> sms to $Phone "Hi $FirstName from $city, your order $OrderNo is ready. ${Note ?? ""}"
           else -> match $FirstName {
             "Ann" | "Bob" -> sms to $Phone "Hello $FirstName, it is $$${price ?? "no"} more."
             else -> set total = $tier * 3 + 1 -> sms to $Phone "Total ${round(total / 2, 2)}"
           }
     fail status 4xx -> sms to $Phone "There is no order $OrderNo."
     fail timeout -> goto survey_NUMBER($FirstName, $Phone)
     fail -> sms to $Phone "We apologize: $failure.message"

path survey_NUMBER(name: text, phone: phone)
  -> wait 2h
  -> ask to $phone from $FRONT_DESK "Hi $name, how were we? 1 is poor, 5 is great." < score: int >
       within 2d
       retry 2 "Please answer with a number from 1 to 5."
     reply -> if $score >= 4 -> sms to $phone from $FRONT_DESK "Thank you!"
              else -> sms to $FRONT_DESK from $FRONT_DESK "$name gave us $score."
     timeout -> end

test "an order of desk NUMBER"
  given POST "https://crm.example.com/v2/orders/*" -> 200 json { "customer": { "city": "Miami" }, "tier": 1 }
  when api "order-NUMBER" { "ANI": "+15550123", "DNIS": "+13055550100", "OrderNo": 7, "FirstName": "Ann", "Phone": "+15550123" }
  then sms to "+15550123" matching "Hello Ann"

"#;
