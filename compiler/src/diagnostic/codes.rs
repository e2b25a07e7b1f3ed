//! Every code, its severity and its page, in one table.
//!
//! A code is stable for ever; a retired one is not given again. F00 syntax, F02 names, F03 types, F04 secrets, F05 calls,
//! F06 paths, F07 unused, F08 messages, F09 tests.

use super::code::codes;
pub use super::code::{Page, Severity};

codes! {
    UnexpectedText = "F0001" Error r#"text that fits nowhere"#
        r#"Something stands where the language has no place for it. The help line says what may stand there."#
        wrong r#"on sms please -> sms "Hello"
"#
        right r#"on sms -> sms "Hello"
"#;

    MissingPart = "F0002" Error r#"a part is missing"#
        r#"A construct was begun and something it needs does not follow. The place is right behind the last part that was understood."#
        wrong r#"secret
on sms -> sms "Hello"
"#
        right r#"on sms -> sms "Hello"
"#;

    UnclosedString = "F0003" Error r#"a string without its closing quote"#
        r#"A string ends at its quote, on the line where it begins. A line break inside the text is written `\n`."#
        wrong r#"on sms -> sms "Hello
"#
        right r#"on sms -> sms "Hello"
"#;

    UnclosedBracket = "F0004" Error r#"a bracket that is never closed"#
        r#"Every `{`, `(`, `[` and `<` needs its counterpart, and so does the `${` of an interpolation."#
        wrong r#"on sms -> { sms "Hello" -> sms "Welcome"
"#
        right r#"on sms -> { sms "Hello" -> sms "Welcome" }
"#;

    MissingArrow = "F0005" Error r#"a step without its arrow"#
        r#"Each step of a path is led to by an arrow, after an arm's word as well: `ok -> sms "…"`. Only the first step inside braces may do without."#
        wrong r#"on sms sms "Hello"
"#
        right r#"on sms -> sms "Hello"
"#;

    UnknownStep = "F0006" Error r#"a step that does not exist"#
        r#"The steps are `call`, `sms`, `ask`, `chat`, `if`, `match`, `set`, `wait`, `goto`, `end`, and braces that group several."#
        wrong r#"on sms -> smss "Hello"
"#
        right r#"on sms -> sms "Hello"
"#;

    UnknownTrigger = "F0007" Error r#"a trigger that does not exist"#
        r#"A flow starts `on sms`, when a message comes in, `on api "name"`, when another system asks for it, or `on schedule "0 9 * * *"`, at its times."#
        wrong r#"on message -> sms "Hello"
"#
        right r#"on sms -> sms "Hello"
"#;

    UnknownClause = "F0008" Error r#"a clause that does not exist"#
        r#"The clauses of a call are `header`, `query`, `basic`, `bearer`, `oauth`, `timeout`, `retry`, `sample`, and one body: `json`, `form`, `xml` or `text`. Those of a question are `to`, `from`, `within`, `retry`."#
        wrong r#"on sms
  -> call GET "https://example.com/hours" timeot 5s
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#
        right r#"on sms
  -> call GET "https://example.com/hours" timeout 5s
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#;

    ArmWithoutStep = "F0009" Error r#"an arm that belongs to no step"#
        r#"`ok` and `fail` belong to the nearest `call` before them that has none yet, else to the nearest `sms`; `reply` and `timeout` belong to the nearest `ask`, `else` to the nearest `if`. Braces group: what is inside them takes no arm from outside."#
        wrong r#"on sms -> set greeting = "Hello" else -> sms "$greeting"
"#
        right r#"on sms -> set greeting = "Hello" -> sms "$greeting"
"#;

    NestedTooDeep = "F0010" Error r#"too many levels"#
        r#"Arms, branches, brackets and interpolations may be nested 128 levels deep, and an expression may have 128 operators. A part of the flow that is moved into a `path` starts again at none."#
        wrong r#"on sms -> set n = 1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1 -> sms "$n"
"#
        right r#"on sms -> set n = 100 + 30 -> sms "$n"
"#;

    BadEscape = "F0011" Error r#"an escape that does not exist"#
        r#"Inside a string a backslash begins one of `\n`, `\t`, `\"` and `\\`."#
        wrong r#"on sms -> sms "C:\files"
"#
        right r#"on sms -> sms "C:\\files"
"#;

    LoneDollar = "F0012" Error r#"a dollar sign without a name"#
        r#"In a string `$` begins a variable. A dollar sign itself is written `$$`."#
        wrong r#"on sms -> sms "That is $5."
"#
        right r#"on sms -> sms "That is $$5."
"#;

    MissingDollar = "F0013" Error r#"a variable without its dollar sign"#
        r#"Outside `${…}` a variable is written with `$`, a word in quotes."#
        wrong r#"on sms -> if body == "yes" -> sms "Thank you."
"#
        right r#"on sms -> if $body == "yes" -> sms "Thank you."
"#;

    DollarInInterpolation = "F0014" Error r#"a dollar sign inside an interpolation"#
        r#"`${…}` already says that a variable follows; inside it names stand alone."#
        wrong r#"on sms -> sms "Hello ${$from}"
"#
        right r#"on sms -> sms "Hello ${from}"
"#;

    SingleEquals = "F0015" Error r#"a comparison with a single equals sign"#
        r#"`==` compares, `=` binds a name."#
        wrong r#"on sms -> if $body = "yes" -> sms "Thank you."
"#
        right r#"on sms -> if $body == "yes" -> sms "Thank you."
"#;

    Repeated = "F0016" Error r#"something given twice"#
        r#"A part that may stand once stands twice, and nothing says which is meant."#
        wrong r#"flow "Greeting"
flow "Welcome"
on sms -> sms "Hello"
"#
        right r#"flow "Welcome"
on sms -> sms "Hello"
"#;

    VariableNotAllowed = "F0017" Error r#"a variable where only fixed text may stand"#
        r#"Names of flows, triggers, headers and members are known when the flow is compiled, so they hold no variables."#
        wrong r#"flow "Hello $from"
on sms -> sms "Hello"
"#
        right r#"flow "Hello"
on sms -> sms "Hello"
"#;

    BadDuration = "F0018" Error r#"a length of time without its unit"#
        r#"A length of time is a whole number and its unit, seconds, minutes, hours or days: `10s`, `5m`, `2h`, `7d`."#
        wrong r#"on sms
  -> call GET "https://example.com/hours" timeout 10
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#
        right r#"on sms
  -> call GET "https://example.com/hours" timeout 10s
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#;

    DollarInDeclaration = "F0019" Error r#"a dollar sign where a name is declared"#
        r#"A variable has `$` where it is used, and none where it is declared or bound: by `secret`, `const`, `set`, `expect`, a parameter, a response variable or a reply."#
        wrong r#"on sms -> set $room = "12" -> sms "Room $room"
"#
        right r#"on sms -> set room = "12" -> sms "Room $room"
"#;

    ForeignSpelling = "F0020" Error r#"another language's spelling"#
        r#"What is meant is clear, and this language writes it otherwise: `and`, `or`, `not`, `->`, `#` for a comment, straight double quotes, `else` for the last case."#
        wrong r#"on sms => sms "Hello"
"#
        right r#"on sms -> sms "Hello"
"#;

    UnknownVariable = "F0201" Error r#"a variable that is not bound anywhere"#
        r#"A name after `$` must be bound before it is used: by the trigger, by a response variable, by `set`, `const` or `secret`, or as a parameter of a path. Names match exactly and by case."#
        wrong r#"on sms -> sms "Hello $form"
"#
        right r#"on sms -> sms "Hello $from"
"#;

    NotBoundHere = "F0202" Error r#"a variable used on a path that does not bind it"#
        r#"A variable is there on the paths that go through the step that binds it. A response variable is bound on its call's `ok` path only; a variable that is set in one branch is not there after the other."#
        wrong r#"on sms
  -> call GET "https://example.com/wx" < temp = temperature >
     ok   -> sms "It is $temp F."
     fail -> sms "It was $temp F."
"#
        right r#"on sms
  -> call GET "https://example.com/wx" < temp = temperature >
     ok   -> sms "It is $temp F."
     fail -> sms "We do not know."
"#;

    UnknownPath = "F0203" Error r#"a path that does not exist"#
        r#"`goto` names a `path` of the same file, exactly and by case."#
        wrong r#"path menu -> sms "1 hours, 2 address"
on sms -> if $body == "1" -> sms "9 to 5" -> goto menu else -> goto meny
"#
        right r#"path menu -> sms "1 hours, 2 address"
on sms -> if $body == "1" -> sms "9 to 5" -> goto menu else -> goto menu
"#;

    DuplicateName = "F0204" Error r#"a name declared twice"#
        r#"Two things of the same kind, or two inputs of the same trigger, have one name."#
        wrong r#"secret ORDER_TOKEN
on api "order-ready"
     token $ORDER_TOKEN
     expect OrderNo: int, OrderNo: int
  -> sms "Order $OrderNo is ready."
"#
        right r#"secret ORDER_TOKEN
on api "order-ready"
     token $ORDER_TOKEN
     expect OrderNo: int
  -> sms "Order $OrderNo is ready."
"#;

    WrongArguments = "F0205" Error r#"the wrong number of arguments"#
        r#"A path or a function is given exactly what it asks for."#
        wrong r#"path greet(name: text) -> sms "Hello $name"
on sms -> goto greet
"#
        right r#"path greet(name: text) -> sms "Hello $name"
on sms -> goto greet($body)
"#;

    UnknownField = "F0206" Error r#"a field that a variable does not have"#
        r#"Only the records `$failure` and `$now` have fields. A dot and a letter right behind another variable would name one: braces end the variable's name."#
        wrong r#"on sms -> sms "Write to $body.com"
"#
        right r#"on sms -> sms "Write to ${body}.com"
"#;

    UnknownFunction = "F0207" Error r#"a function that does not exist"#
        r#"The functions are `upper`, `lower`, `trim`, `length`, `round`, `contains`, `digits` and `matches`."#
        wrong r#"on sms -> if lowercase($body) == "yes" -> sms "Thank you."
"#
        right r#"on sms -> if lower($body) == "yes" -> sms "Thank you."
"#;

    UnknownService = "F0208" Error r#"a service that does not exist"#
        r#"A word between `call` and the method names a `service` of the same file, exactly and by case."#
        wrong r#"service crm "https://crm.example.com/v2"
on sms
  -> call crn GET "/contacts" query "phone" = $from < name = name >
     ok   -> sms "Hello $name"
     fail -> call crm POST "/misses" form { "phone": $from } fail -> end
"#
        right r#"service crm "https://crm.example.com/v2"
on sms
  -> call crm GET "/contacts" query "phone" = $from < name = name >
     ok   -> sms "Hello $name"
     fail -> call crm POST "/misses" form { "phone": $from } fail -> end
"#;

    UnknownBot = "F0209" Error r#"a bot that does not exist"#
        r#"The name behind `ask` or `chat` is that of a bot: one that this file declares by `lex NAME …` (Amazon Lex V2) or `watson NAME …` (IBM Watson Assistant v2). To ask a person, write the question in quotes behind `ask`."#
        wrong r#"secret ID
secret KEY
lex concierge region "us-east-1" bot "ABCDEFGHIJ" alias "TSTALIASID" keys $ID $KEY

on sms
  -> ask concierg $body < reply = message >
     ok   -> sms "$reply"
     fail -> sms "Please call us."
"#
        right r#"secret ID
secret KEY
lex concierge region "us-east-1" bot "ABCDEFGHIJ" alias "TSTALIASID" keys $ID $KEY

on sms
  -> ask concierge $body < reply = message >
     ok   -> sms "$reply"
     fail -> sms "Please call us."
"#;

    UnknownType = "F0301" Error r#"a type that does not exist"#
        r#"The types are `text`, `int`, `number`, `bool`, `phone`, `url`, `json` and `list<T>` of these. An Expected Input needs one."#
        wrong r#"secret ORDER_TOKEN
on api "order-ready" token $ORDER_TOKEN expect OrderNo: integer -> sms "Order $OrderNo is ready."
"#
        right r#"secret ORDER_TOKEN
on api "order-ready" token $ORDER_TOKEN expect OrderNo: int -> sms "Order $OrderNo is ready."
"#;

    WrongType = "F0302" Error r#"a value that does not fit its place"#
        r#"Each place wants a type: `sms to` a phone number, `media` a URL, a condition yes or no. The text of a message takes any single value."#
        wrong r#"secret ORDER_TOKEN
on api "order-ready" token $ORDER_TOKEN expect OrderNo: int -> sms to $OrderNo "Your order is ready."
"#
        right r#"secret ORDER_TOKEN
on api "order-ready" token $ORDER_TOKEN expect Phone: phone -> sms to $Phone "Your order is ready."
"#;

    OptionalUnchecked = "F0303" Error r#"an optional variable used as if it were always there"#
        r#"A variable written with `?` may be missing, so each use says what stands in its place, `${Note ?? ""}`, or stands where the flow has asked: behind `if $Note != null`."#
        wrong r#"secret ORDER_TOKEN
on api "order-ready" token $ORDER_TOKEN expect Note?: text -> sms "Your order is ready. $Note"
"#
        right r#"secret ORDER_TOKEN
on api "order-ready" token $ORDER_TOKEN expect Note?: text -> sms "Your order is ready. ${Note ?? ""}"
"#;

    UnlikeComparison = "F0304" Error r#"a comparison of unlike things"#
        r#"Like is compared with like: text with text, a number with a number. `<` and its kin compare numbers."#
        wrong r#"secret ORDER_TOKEN
on api "order-ready" token $ORDER_TOKEN expect OrderNo: int -> if $OrderNo > "x" -> sms "Order $OrderNo is ready."
"#
        right r#"secret ORDER_TOKEN
on api "order-ready" token $ORDER_TOKEN expect OrderNo: int -> if $OrderNo > 100 -> sms "Order $OrderNo is ready."
"#;

    UntypedVariable = "F0305" Error r#"a response variable without a type, compared or computed with"#
        r#"A response variable with no type can be put into text. To compare it, compute with it or send to it, say what it is, as in `temp: int = temperature`; the answer is then checked against that."#
        wrong r#"on sms
  -> call GET "https://example.com/wx" < temp = temperature >
     ok   -> if $temp > 90 -> sms "It is hot." else -> sms "It is mild."
     fail -> sms "We do not know."
"#
        right r#"on sms
  -> call GET "https://example.com/wx" < temp: int = temperature >
     ok   -> if $temp > 90 -> sms "It is hot." else -> sms "It is mild."
     fail -> sms "We do not know."
"#;

    NeverMissing = "F0306" Error r#"a default for a value that is always there"#
        r#"`??` gives a default for an optional value, and `null` asks whether one is missing; for any other value neither is of use."#
        wrong r#"on sms -> sms "Hello ${body ?? "guest"}"
"#
        right r#"on sms -> sms "Hello $body"
"#;

    BadLiteral = "F0307" Error r#"a literal that is none of its type"#
        r#"A phone number is written in E.164, `+` and up to 15 digits, or as a short code of 3 to 8 digits; a URL begins with `https://` or `http://`; a whole number has at most 18 digits."#
        wrong r#"on sms -> sms to "555-0100" "A guest wrote: $body"
"#
        right r#"on sms -> sms to "+15550100" "A guest wrote: $body"
"#;

    ConstNotFixed = "F0308" Error r#"a constant that is not constant"#
        r#"The value of a `const` is a text, a number, `true` or `false`, without variables."#
        wrong r#"const GREETING = "Hello $from"
on sms -> sms "$GREETING"
"#
        right r#"const GREETING = "Hello"
on sms -> sms "$GREETING"
"#;

    BadPattern = "F0309" Error r#"a regular expression that is none"#
        r#"Patterns are checked when the flow is compiled. A backslash is written once, `$` as it is; back references and look-around do not exist."#
        wrong r#"on sms -> if matches($body, "[0-9{5}") -> sms "Thank you." else -> sms "Text your five-digit code."
"#
        right r#"on sms -> if matches($body, "[0-9]{5}") -> sms "Thank you." else -> sms "Text your five-digit code."
"#;

    BadSchedule = "F0310" Error r#"a schedule that is none"#
        r#"A schedule has five fields, as in cron: minute (0-59), hour (0-23), day of the month (1-31), month (1-12 or JAN-DEC), weekday (0-7 or SUN-SAT). Each is `*`, a value, a range `1-5`, a list `1,15` or steps `*/10`."#
        wrong r#"on schedule "0 25 * * *" -> sms to "+15550100" from "+15550199" "Good morning."
"#
        right r#"on schedule "0 9 * * *" -> sms to "+15550100" from "+15550199" "Good morning."
"#;

    UnknownTimezone = "F0311" Error r#"a time zone that does not exist"#
        r#"Time zones are named as in the IANA time zone database: `America/New_York`, `Europe/Berlin`, `UTC`."#
        wrong r#"timezone "America/Newyork"
on sms -> sms "Hello"
"#
        right r#"timezone "America/New_York"
on sms -> sms "Hello"
"#;

    SecretLeaves = "F0401" Error r#"a secret that could leave"#
        r#"A secret fits only what authenticates a call or a trigger: headers, auth clauses, query values, bodies, `token`. Anywhere else people or logs would see it."#
        wrong r#"secret TOKEN
on sms -> sms "The token is $TOKEN."
"#
        right r#"secret TOKEN
on sms
  -> call GET "https://example.com/hours" bearer $TOKEN < hours = hours >
     ok   -> sms "We are open $hours."
     fail -> sms "Please call us."
"#;

    CredentialsInClear = "F0402" Warning r#"credentials over `http:`"#
        r#"Over `http:` anybody on the way can read what is sent. Use `https:` where a call carries credentials or a secret."#
        wrong r#"secret TOKEN
on sms
  -> call GET "http://example.com/hours" bearer $TOKEN < hours = hours >
     ok   -> sms "We are open $hours."
     fail -> sms "Please call us."
"#
        right r#"secret TOKEN
on sms
  -> call GET "https://example.com/hours" bearer $TOKEN < hours = hours >
     ok   -> sms "We are open $hours."
     fail -> sms "Please call us."
"#;

    OpenTrigger = "F0403" Warning r#"a trigger that anybody can start"#
        r#"An api trigger without `token` runs for whoever can reach the binary."#
        wrong r#"on api "ping" -> sms "The site answers."
"#
        right r#"secret PING_TOKEN
on api "ping" token $PING_TOKEN -> sms "The site answers."
"#;

    TokenNotSecret = "F0404" Error r#"an Auth Token that is not a secret"#
        r#"The token of an api trigger is a `secret`, read when the binary starts; written into the flow it would be in git and in the binary."#
        wrong r#"on api "ping" token "s3cr3t" -> sms "The site answers."
"#
        right r#"secret PING_TOKEN
on api "ping" token $PING_TOKEN -> sms "The site answers."
"#;

    UnknownMethod = "F0501" Error r#"a method that does not exist"#
        r#"A call's method is GET, POST, PATCH, PUT or DELETE, in capitals."#
        wrong r#"on sms
  -> call FETCH "https://example.com/hours"
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#
        right r#"on sms
  -> call GET "https://example.com/hours"
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#;

    BadUrl = "F0502" Error r#"a URL that is none"#
        r#"A call's URL is absolute and begins with `https://` or `http://`. It holds no user name, password or fragment, and none of the characters that no URL holds (RFC 3986, appendix A)."#
        wrong r#"on sms
  -> call GET "example.com/hours"
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#
        right r#"on sms
  -> call GET "https://example.com/hours"
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#;

    VariableInHost = "F0503" Error r#"a variable in a URL's scheme, host or port"#
        r#"Where a call goes is fixed when the flow is compiled, so that no message can send it elsewhere, and so is where a picture of `media` comes from. Variables fit into the path and the query."#
        wrong r#"on sms
  -> call GET "https://$body.example.com/hours"
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#
        right r#"on sms
  -> call GET "https://example.com/$body/hours"
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#;

    BodyOnGet = "F0504" Error r#"a body on GET"#
        r#"A GET request has no body (RFC 9110, 9.3.1). Send the values in the query, or use POST."#
        wrong r#"on sms
  -> call GET "https://example.com/hours" json { "day": $body }
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#
        right r#"on sms
  -> call GET "https://example.com/hours" query "day" = $body
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#;

    BadHeader = "F0505" Error r#"a header that HTTP forbids"#
        r#"A header's name is letters, digits and `!#$%&'*+-.^_|~` with the backquote (RFC 9110, 5.6.2); its value has no line breaks and no control characters (5.5). `Host`, and what frames the message or is about one connection (`Content-Length`, `Transfer-Encoding`, `Connection`, `Upgrade`, `Keep-Alive`, `TE`, `Trailer`, `Proxy-Authorization`, `Proxy-Connection`: 7.6.1), are set by the runtime."#
        wrong r#"on sms
  -> call GET "https://example.com/hours" header "User Agent" = "seaside-hotel"
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#
        right r#"on sms
  -> call GET "https://example.com/hours" header "User-Agent" = "seaside-hotel"
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#;

    OutOfRange = "F0506" Error r#"a number out of range"#
        r#"A call's timeout is 1 to 200 seconds; without one it is 10. `wait` and `within` are a second to 365 days, and `retry` is at most 10."#
        wrong r#"on sms
  -> call GET "https://example.com/hours" timeout 300s
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#
        right r#"on sms
  -> call GET "https://example.com/hours" timeout 200s
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#;

    BadQuery = "F0507" Error r#"a query that is none"#
        r#"Where a response variable is found is a bare label (`temperature`), a dotted path from the root (`periods[0].name`), a JSONPath in quotes (RFC 9535), `@status`, `@header "Name"` or `@body`."#
        wrong r#"on sms
  -> call GET "https://example.com/wx" < temp = periods[first].temperature >
     ok   -> sms "It is $temp F."
     fail -> sms "We do not know."
"#
        right r#"on sms
  -> call GET "https://example.com/wx" < temp = periods[0].temperature >
     ok   -> sms "It is $temp F."
     fail -> sms "We do not know."
"#;

    ClauseTwice = "F0508" Error r#"two clauses that exclude each other"#
        r#"A call or a service has one body, one way to authenticate, one timeout, one `retry`, one sample, and each header once."#
        wrong r#"secret TOKEN
on sms
  -> call GET "https://example.com/hours" bearer $TOKEN basic "hotel" $TOKEN
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#
        right r#"secret TOKEN
on sms
  -> call GET "https://example.com/hours" bearer $TOKEN
     ok   -> sms "We are open."
     fail -> sms "Please call us."
"#;

    SampleUnreadable = "F0509" Error r#"a sample that cannot be read"#
        r#"`sample "forecast.json"` names a file beside the flow, or below its folder, that holds a recorded answer as JSON. It is read when the flow is checked, and is no part of the binary. A file that is no JSON is told once, wherever it is named. The same holds for `json file` and `text file` in a test, but that a text need not be JSON."#
        wrong r#"on sms
  -> call GET "https://example.com/wx" sample "forcast.json" < temp = temperature >
     ok   -> sms "It is $temp F."
     fail -> sms "We do not know."
"#
        right r#"on sms
  -> call GET "https://example.com/wx" sample "weather.json" < temp = temperature >
     ok   -> sms "It is $temp F."
     fail -> sms "We do not know."
"#;

    NotInSample = "F0510" Error r#"a query that the sample does not hold"#
        r#"Where a call names a sample, every query of that call must find its value there, with its type: as strictly as at run time, where `"84"` is no `int` and `null` counts as missing. A value that is not in every answer is written as optional: `wind?: text = windSpeed`; it may be missing in the sample, unless the sample has a name so near to it that it looks misspelt. A list or an object is taken by a longer query, or as `json`."#
        wrong r#"on sms
  -> call GET "https://example.com/wx" sample "weather.json" < temp = temprature >
     ok   -> sms "It is $temp F."
     fail -> sms "We do not know."
"#
        right r#"on sms
  -> call GET "https://example.com/wx" sample "weather.json" < temp = temperature >
     ok   -> sms "It is $temp F."
     fail -> sms "We do not know."
"#;

    BadXml = "F0511" Error r#"a body that is no XML"#
        r#"An `xml` body is one well-formed document (XML 1.0). Variables stand in the text of elements and in quoted attributes, where they are escaped; a name, a comment or a CDATA section cannot hold one."#
        wrong r#"on sms
  -> call POST "https://example.com/notes" xml "<note>$body</notes>"
     ok   -> sms "Thank you."
     fail -> sms "Please call us."
"#
        right r#"on sms
  -> call POST "https://example.com/notes" xml "<note>$body</note>"
     ok   -> sms "Thank you."
     fail -> sms "Please call us."
"#;

    UnknownAuthMethod = "F0512" Error r#"a way to authenticate that does not exist"#
        r#"A client shows who it is when it fetches its token by one of two ways, named as in RFC 7591: `client_secret_basic`, in a header, or `client_secret_post`, in the body. Without `auth_method` it is the first, which every server must know (RFC 6749, 2.3.1)."#
        wrong r#"secret CRM_SECRET
on sms
  -> call POST "https://example.com/notes"
       oauth token_url "https://login.example.com/token"
             client_id "desk"
             client_secret $CRM_SECRET
             auth_method "client_post"
       text "$body"
     ok   -> sms "Thank you."
     fail -> sms "Please call us."
"#
        right r#"secret CRM_SECRET
on sms
  -> call POST "https://example.com/notes"
       oauth token_url "https://login.example.com/token"
             client_id "desk"
             client_secret $CRM_SECRET
             auth_method "client_secret_post"
       text "$body"
     ok   -> sms "Thank you."
     fail -> sms "Please call us."
"#;

    BadSetting = "F0513" Error r#"a bot that cannot be reached so"#
        r#"What a bot is reached by is known when the flow is compiled, and in its vendor's form: an AWS region such as `us-east-1`; the id of a Lex bot, ten letters and digits, and of its alias, such as `TSTALIASID`; a locale such as `en_US`; a version of Watson's API as a date, `2024-08-25`."#
        wrong r#"secret ID
secret KEY
lex concierge region "Virginia" bot "ABCDEFGHIJ" alias "TSTALIASID" keys $ID $KEY

on sms
  -> ask concierge $body < reply = message >
     ok   -> sms "$reply"
     fail -> sms "Please call us."
"#
        right r#"secret ID
secret KEY
lex concierge region "us-east-1" bot "ABCDEFGHIJ" alias "TSTALIASID" keys $ID $KEY

on sms
  -> ask concierge $body < reply = message >
     ok   -> sms "$reply"
     fail -> sms "Please call us."
"#;

    AfterEnd = "F0601" Error r#"a step that is never reached"#
        r#"`end` and `goto` leave the path: what follows them, and what follows a group whose ways all leave, never runs."#
        wrong r#"on sms -> sms "Goodbye" -> end -> sms "Hello"
"#
        right r#"on sms -> sms "Hello" -> sms "Goodbye" -> end
"#;

    UnreachedPath = "F0602" Error r#"a path that no trigger reaches"#
        r#"A `path` runs only when a trigger leads to it, over one or more `goto`."#
        wrong r#"path menu -> sms "1 hours, 2 address"
on sms -> sms "Hello"
"#
        right r#"path menu -> sms "1 hours, 2 address"
on sms -> goto menu
"#;

    CaseNeverRuns = "F0603" Error r#"a case that never runs"#
        r#"The first case that fits is taken, so a second one with the same value never is; nor is an `else` behind both `true` and `false`, a `fail` behind one that takes all, or an `on sms` behind one without `to` and `matching`."#
        wrong r#"on sms -> match $body { "1" -> sms "9 to 5"  "1" -> sms "Main Street"  else -> sms "1 or 2?" }
"#
        right r#"on sms -> match $body { "1" -> sms "9 to 5"  "2" -> sms "Main Street"  else -> sms "1 or 2?" }
"#;

    MatchWithoutElse = "F0604" Error r#"a `match` that does not say what to do otherwise"#
        r#"Only a `bool` has all its values listed; on any other type `match` needs an `else`."#
        wrong r#"on sms -> match $body { "1" -> sms "9 to 5"  "2" -> sms "Main Street" }
"#
        right r#"on sms -> match $body { "1" -> sms "9 to 5"  "2" -> sms "Main Street"  else -> sms "1 or 2?" }
"#;

    NoFailArm = "F0605" Warning r#"a call with no `fail` arm"#
        r#"Every service is down one day. Without a `fail` arm the run then ends, and the person who wrote hears nothing."#
        wrong r#"on sms -> call GET "https://example.com/wx" < temp = temperature > ok -> sms "It is $temp F."
"#
        right r#"on sms
  -> call GET "https://example.com/wx" < temp = temperature >
     ok   -> sms "It is $temp F."
     fail -> sms "We do not know."
"#;

    NoTrigger = "F0606" Error r#"a file that nothing starts"#
        r#"A flow needs at least one trigger: `on sms` or `on api "name"`."#
        wrong r#"flow "Nothing yet"
"#
        right r#"flow "Greeting"
on sms -> sms "Hello"
"#;

    EndlessLoop = "F0607" Error r#"a path that only leads back to itself"#
        r#"A loop of `goto` without a step that does anything and without a way out would never end."#
        wrong r#"path a -> goto b
path b -> goto a
on sms -> goto a
"#
        right r#"path a -> goto b
path b -> sms "Hello"
on sms -> goto a
"#;

    UnknownFailure = "F0608" Error r#"a failure that a step does not have"#
        r#"`fail` may be narrowed to one kind of failure: `timeout`, `connect`, `tls`, `dns`, `status` (also `status 404`, `status 5xx`), `response`, `too_large`, `request`, `carrier`. Only a call has several; a message fails with `carrier`. `$failure.kind` is one of these words and is compared with no other."#
        wrong r#"on sms
  -> call GET "https://example.com/orders" query "phone" = $from < order = number >
     ok         -> sms "Your order is $order."
     fail 404   -> sms "You have no order."
     fail       -> sms "Please call us."
"#
        right r#"on sms
  -> call GET "https://example.com/orders" query "phone" = $from < order = number >
     ok              -> sms "Your order is $order."
     fail status 404 -> sms "You have no order."
     fail            -> sms "Please call us."
"#;

    NobodyToText = "F0609" Error r#"a message to nobody"#
        r#"A run that a schedule starts talks with nobody, so each `sms` and `ask` on its way says to whom and from which number."#
        wrong r#"on schedule "0 9 * * *" -> sms "Good morning."
"#
        right r#"on schedule "0 9 * * *" -> sms to "+15550100" from "+15550199" "Good morning."
"#;

    LastWordsLost = "F0610" Warning r#"a bot's last words that nobody gets"#
        r#"A `chat` texts what the bot says to the person as long as the bot waits for a reply. When it is done, the flow goes on, and what the bot has said last is the flow's to send: bind `message`, and send it on the `ok` path."#
        wrong r#"secret ID
secret KEY
lex concierge region "us-east-1" bot "ABCDEFGHIJ" alias "TSTALIASID" keys $ID $KEY

on sms
  -> chat concierge $body
     ok   -> end
     fail -> sms "Please call us."
"#
        right r#"secret ID
secret KEY
lex concierge region "us-east-1" bot "ABCDEFGHIJ" alias "TSTALIASID" keys $ID $KEY

on sms
  -> chat concierge $body < reply? = message >
     ok   -> sms "${reply ?? "Thank you!"}"
     fail -> sms "Please call us."
"#;

    UnusedVariable = "F0701" Warning r#"a variable that is never used"#
        r#"Nothing reads this variable: a leftover, or a misspelt use elsewhere. Expected Inputs may stay unused; they say what callers send."#
        wrong r#"on sms
  -> call GET "https://example.com/wx" < temp = temperature, winds = windSpeed >
     ok   -> sms "It is $temp F."
     fail -> sms "We do not know."
"#
        right r#"on sms
  -> call GET "https://example.com/wx" < temp = temperature >
     ok   -> sms "It is $temp F."
     fail -> sms "We do not know."
"#;

    UnusedSecret = "F0702" Warning r#"a secret or a constant that is never used"#
        r#"A declared secret must be there when the binary starts, used or not."#
        wrong r#"secret TOKEN
on sms -> sms "Hello"
"#
        right r#"on sms -> sms "Hello"
"#;

    SmsTooLong = "F0801" Error r#"a message over 1,600 characters"#
        r#"Carriers refuse a message of more than 1,600 characters (Twilio, "Message body length limit"). Only the fixed words are counted; variables come on top."#
        wrong r#"on sms -> sms "Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn. Welcome to the Seaside Inn."
"#
        right r#"on sms -> sms "Hello"
"#;

    SeveralSegments = "F0802" Warning r#"a message of several segments"#
        r#"A text of more than 160 GSM-7 characters, or 70 in UCS-2, is sent and charged as several segments of 153 or 67 (3GPP TS 23.040). Only where the fixed words alone take several is this told; the longest values are counted with them where they have a limit."#
        wrong r#"on sms -> sms "Welcome to the Seaside Inn! Breakfast is served from 7 to 10 in the garden room, the pool is open from 8 to 20, and the front desk is there for you day and night. Enjoy your stay!"
"#
        right r#"on sms -> sms "Welcome to the Seaside Inn! Breakfast is from 7 to 10 in the garden room, the pool is open from 8 to 20. Enjoy your stay!"
"#;

    ForcedUcs2 = "F0803" Warning r#"a character that makes the message dearer"#
        r#"One character outside the GSM-7 alphabet (3GPP TS 23.038) turns the whole message to UCS-2, with 70 characters a segment instead of 160. Curly quotes and long dashes have plain twins. A message in a language that GSM-7 cannot write is let be."#
        wrong r#"on sms -> sms "It’s sunny."
"#
        right r#"on sms -> sms "It's sunny."
"#;

    EmptyMessage = "F0804" Error r#"a message without words"#
        r#"A carrier refuses a text without words (Twilio, error 21602, "Message body is required"). With `media` a message may go without."#
        wrong r#"on sms -> sms ""
"#
        right r#"on sms -> sms "" media "https://example.com/menu.png"
"#;

    TestIncomplete = "F0901" Error r#"a test that shows nothing"#
        r#"A test says what happens with `when` and what is expected with `then`, in this order."#
        wrong r#"on sms -> sms "Hello"
test "a guest is greeted"
  when sms "Hi" from "+15550123"
"#
        right r#"on sms -> sms "Hello"
test "a guest is greeted"
  when sms "Hi" from "+15550123"
  then sms to "+15550123" "Hello"
"#;

    TestMisfit = "F0902" Error r#"a test that does not fit its flow"#
        r#"What a test sends must be something that this flow takes: a message needs an `on sms` and says from whom it is, a request needs an `on api` of that name with its Expected Inputs, a schedule is one of the flow's and comes at one of its times that is not past. The clock of a test begins at 2030-01-07 08:00, or where a schedule is the first `when`, at its time; it goes on by `when 10m pass` and by each schedule that comes. What a test answers or expects by `given` and `then call` must be a request that some call of the flow can send."#
        wrong r#"on sms -> sms "Hello"
test "an order is ready"
  when api "order-ready" { "OrderNo": 7 }
  then sms "Your order 7 is ready."
"#
        right r#"on sms -> sms "Hello"
test "a guest is greeted"
  when sms "Hi" from "+15550123"
  then sms to "+15550123" "Hello"
"#;
}

impl Code {
    /// `F0201`.
    pub fn id(self) -> &'static str {
        self.page().id
    }

    /// Error or warning.
    pub fn severity(self) -> Severity {
        self.page().severity
    }

    /// Finds a code by its id, without regard to case.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(id))
    }
}
