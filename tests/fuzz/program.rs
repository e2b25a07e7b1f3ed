//! Random flows that are mostly right: every variable is used by its type, so that most of them are accepted.

use crate::random::Random;
use std::fmt::Write;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Type {
    Text,
    Int,
    Number,
    Bool,
    Phone,
    Url,
    Json,
    Scalar,
    Urls,
}

const TYPES: &[(Type, &str)] = &[
    (Type::Text, "text"),
    (Type::Int, "int"),
    (Type::Number, "number"),
    (Type::Bool, "bool"),
    (Type::Phone, "phone"),
    (Type::Url, "url"),
    (Type::Json, "json"),
    (Type::Urls, "list<url>"),
];

/// Names that are awkward in Rust among them.
const NAMES: &[&str] = &[
    "temp", "Type", "self", "OrderNo", "order_no", "values", "state", "text", "match_", "None", "Ok", "part_1", "some",
    "secrets", "next", "X", "now", "_x", "async", "number", "Phone", "body", "failure", "join_1", "outcome", "sms_",
    "gen",
];

#[derive(Clone)]
struct Variable {
    name: String,
    ty: Type,
    optional: bool,
}

struct Writer<'a> {
    random: &'a mut Random,
    text: String,
    scope: Vec<Variable>,
    paths: Vec<Vec<Type>>,
    failure: bool,
    /// Nobody has texted, so each message says to whom and from where.
    alone: bool,
}

/// A whole program that can be built.
pub(crate) fn program(random: &mut Random) -> String {
    write(random, false)
}

/// A whole program of the whole language, its tests included, which flowc does not run yet.
#[allow(dead_code, reason = "not every test that shares this file needs it")]
pub(crate) fn of_the_whole_language(random: &mut Random) -> String {
    write(random, true)
}

fn write(random: &mut Random, with_test: bool) -> String {
    let paths: Vec<Vec<Type>> =
        (0..random.below(3)).map(|_| (0..random.below(3)).map(|_| random.pick(TYPES).0).collect()).collect();
    let mut writer = Writer { random, text: String::new(), scope: Vec::new(), paths, failure: false, alone: false };
    writer.text.push_str(
        "flow \"Fuzz {} \\\" $$\"\nsecret KEY\nconst HOTEL = \"Sea{side} \\\"Inn\\\"\"\nconst LIMIT = 12.50\ntimezone \"Europe/Berlin\"\n\
         service crm \"https://crm.example/v2/\" bearer $KEY header \"X-Y\" = $HOTEL timeout 5s\n\
         service shop \"https://shop.example\" retry 2 oauth token_url \
         \"https://login.example/token\" client_id \"me\" client_secret $KEY scope \"a b\" \
         audience \"shop\" auth_method \"client_secret_post\"\n\
         lex concierge region \"us-east-1\" bot \"ABCDEFGHIJ\" alias \"TSTALIASID\" locale \"en_GB\" keys $KEY $KEY $KEY\n\
         watson desk url \"https://bots.example/x\" assistant \"a-1\" key $KEY end_flag \"done\" timeout 9s retry 0\n",
    );
    if with_test {
        writer.text.push_str(
            "test \"a {}\" given POST \"https://login.example/*\" -> 503, 200 header \"A\" = \"b\" json { \"a\": [1] }, timeout \
             when sms \"x\" from \"+15550123\" then sms matching \"a|b\" then waits when 10m pass then nothing \
             given concierge -> json { \"message\": \"a\" }, 503, sample \"a.json\", refused then desk \"b\"\n",
        );
    }
    for at in 0..writer.paths.len() {
        let params = writer.paths[at].clone();
        writer.scope = params
            .iter()
            .enumerate()
            .map(|(number, ty)| Variable { name: format!("p{number}"), ty: *ty, optional: false })
            .collect();
        let written: Vec<String> =
            writer.scope.iter().map(|param| format!("{}: {}", param.name, type_name(param.ty))).collect();
        write!(writer.text, "path path{at}({})", written.join(", ")).unwrap();
        writer.steps(2);
    }
    writer.sms_trigger();
    if writer.random.one_in(2) {
        writer.api_trigger();
    }
    if writer.random.one_in(2) {
        writer.schedule_trigger();
    }
    writer.text
}

fn type_name(ty: Type) -> &'static str {
    TYPES.iter().find(|(known, _)| *known == ty).map_or("text", |(_, name)| name)
}

impl Writer<'_> {
    fn sms_trigger(&mut self) {
        let variable = |name: &str, ty| Variable { name: name.to_owned(), ty, optional: false };
        self.scope = vec![
            variable("from", Type::Phone),
            variable("to", Type::Phone),
            variable("ANI", Type::Phone),
            variable("body", Type::Text),
            variable("media", Type::Urls),
        ];
        if self.random.one_in(3) {
            self.text.push_str("on sms to \"+15550199\" matching \"a\\d+ \\\"b\\\"$\" -> sms \"$body\"\n");
        }
        self.text.push_str("on sms");
        // So that every path is reached.
        let gotos: Vec<String> =
            (0..self.paths.len()).map(|at| format!("{{ if $body == \"{at}\" -> {} }} -> ", self.goto(at))).collect();
        write!(self.text, " -> {}", gotos.concat()).unwrap();
        self.text.push_str("{ sms \"Hello\" }");
        self.steps(3);
    }

    fn api_trigger(&mut self) {
        self.scope = Vec::new();
        let mut inputs = Vec::new();
        for name in NAMES.iter().skip(self.random.below(8) as usize).take(self.random.below(5) as usize) {
            let (ty, written) = *self.random.pick(TYPES);
            let optional = self.random.one_in(3);
            inputs.push(format!("{name}{}: {written}", if optional { "?" } else { "" }));
            self.scope.push(Variable { name: (*name).to_owned(), ty, optional });
        }
        self.text.push_str("on api \"a-b\" token $KEY");
        if !inputs.is_empty() {
            write!(self.text, " expect {}", inputs.join(", ")).unwrap();
        }
        self.steps(2);
    }

    fn schedule_trigger(&mut self) {
        let field = |name: &str, ty| Variable { name: format!("now.{name}"), ty, optional: false };
        let texts = ["date", "time", "weekday"].map(|name| field(name, Type::Text));
        let numbers = ["year", "month", "day", "hour", "minute"].map(|name| field(name, Type::Int));
        self.scope = texts.into_iter().chain(numbers).collect();
        let schedule = *self.random.pick(&["*/5 9-17 * * MON-FRI", "0 0 1,15 * 7", "30 6 29 FEB *"]);
        write!(self.text, "on schedule \"{schedule}\"").unwrap();
        self.alone = true;
        self.steps(3);
        self.alone = false;
    }

    fn steps(&mut self, depth: u64) {
        let outside = self.scope.clone();
        for _ in 0..=self.random.below(3) {
            self.text.push_str("\n  -> ");
            self.step(depth);
        }
        self.scope = outside;
        self.text.push('\n');
    }

    fn group(&mut self, depth: u64) {
        self.text.push_str(" -> { end_marker");
        let at = self.text.len() - "end_marker".len();
        self.text.truncate(at);
        self.step(depth);
        self.text.push_str(" }");
    }

    fn step(&mut self, depth: u64) {
        match self.random.below(if depth == 0 { 3 } else { 11 }) {
            0 | 1 => self.sms(),
            2 => self.set(),
            3 => self.presence(depth),
            4 => {
                self.text.push_str("{ if ");
                let condition = self.expr(Type::Bool, 2);
                self.text.push_str(&condition);
                self.branch(depth);
                if self.random.one_in(2) {
                    self.text.push_str(" else");
                    self.branch(depth);
                }
                self.text.push_str(" }");
            }
            5 => self.choice(depth),
            6 | 7 => self.waiting(depth),
            8 => self.talk(depth),
            _ => self.call(depth),
        }
    }

    /// `if $x != null`, with the variable used without its `?` where it is there.
    fn presence(&mut self, depth: u64) {
        let optional: Vec<Variable> = self.scope.iter().filter(|variable| variable.optional).cloned().collect();
        if optional.is_empty() {
            return self.set();
        }
        let mut there = self.random.pick(&optional).clone();
        let negated = self.random.one_in(2);
        write!(self.text, "{{ if ${} {} null", there.name, if negated { "==" } else { "!=" }).unwrap();
        there.optional = false;
        let outside = self.scope.clone();
        if !negated {
            self.bind(there.name.clone(), there.ty, false);
        }
        self.branch(depth);
        self.scope.clone_from(&outside);
        if negated {
            self.bind(there.name, there.ty, false);
        }
        self.text.push_str(" else");
        self.branch(depth);
        self.scope = outside;
        self.text.push_str(" }");
    }

    /// `ask` and `wait`.
    fn waiting(&mut self, depth: u64) {
        if depth == 0 || self.random.one_in(3) {
            return self.text.push_str("wait 90m");
        }
        self.text.push_str("{ ask");
        self.parties();
        let words = self.words();
        write!(self.text, " {words}").unwrap();
        let again = self.words();
        let outside = self.scope.clone();
        if !self.random.one_in(4) {
            let name = (*self.random.pick(NAMES)).to_owned();
            let (ty, written) = *self.random.pick(&[
                (Type::Text, ""),
                (Type::Text, ": text"),
                (Type::Int, ": int"),
                (Type::Number, ": number"),
                (Type::Bool, ": bool"),
                (Type::Phone, ": phone"),
                (Type::Url, ": url"),
            ]);
            write!(self.text, " < {name}{written} >").unwrap();
            self.bind(name, ty, false);
        }
        match self.random.below(3) {
            0 => {}
            1 => self.text.push_str(" retry 3"),
            _ => write!(self.text, " within 10m retry 2 {again}").unwrap(),
        }
        self.text.push_str(" reply");
        self.branch(depth);
        self.scope = outside;
        if self.random.one_in(2) {
            self.text.push_str(" timeout");
            self.branch(depth);
        }
        self.text.push_str(" }");
    }

    fn branch(&mut self, depth: u64) {
        let outside = self.scope.clone();
        self.group(depth - 1);
        self.scope = outside;
    }

    fn choice(&mut self, depth: u64) {
        let ty = *self.random.pick(&[Type::Text, Type::Int, Type::Bool, Type::Phone, Type::Number]);
        let subject = self.expr(ty, 1);
        write!(self.text, "{{ match {subject} {{ ").unwrap();
        let cases: &[&str] = match ty {
            Type::Int => &["1 | 2", "3"],
            Type::Bool => &["true", "false"],
            Type::Phone => &["\"+15550100\"", "\"12345\""],
            Type::Number => &["1.5", "2 | 3.25"],
            _ => &["\"a\" | \"b\\\"{}\"", "HOTEL"],
        };
        for case in cases {
            let case = if *case == "HOTEL" { "$HOTEL" } else { case };
            write!(self.text, "\n    {case}").unwrap();
            self.branch(depth);
        }
        if ty != Type::Bool {
            self.text.push_str("\n    else");
            self.branch(depth);
        }
        self.text.push_str(" } }");
    }

    fn sms(&mut self) {
        self.text.push_str("{ sms");
        self.parties();
        let words = self.words();
        write!(self.text, " {words}").unwrap();
        if self.random.one_in(4) {
            let ty = *self.random.pick(&[Type::Url, Type::Urls]);
            let media = if ty == Type::Urls { self.any_variable(ty) } else { self.variable(ty) };
            match media {
                Some(media) if self.random.one_in(2) => write!(self.text, " media {media}").unwrap(),
                _ => {
                    let (path, query) = (self.interpolated(), self.interpolated());
                    write!(self.text, " media \"https://e.example/{path}/a.png?q={query}\"").unwrap();
                }
            }
        }
        if self.random.one_in(4) {
            let parties = if self.alone { " to \"+15550100\" from \"12345\"" } else { "" };
            write!(
                self.text,
                " ok -> {{ sms{parties} \"ok\" }} \
                 fail -> {{ sms{parties} \"$failure.message $failure.kind ${{failure.status ?? 0}}\" }}"
            )
            .unwrap();
        }
        self.text.push_str(" }");
    }

    /// To whom a message goes, and from where.
    fn parties(&mut self) {
        if self.alone || self.random.one_in(3) {
            let to = self.expr(Type::Phone, 1);
            write!(self.text, " to {}", clause(&to)).unwrap();
        }
        if self.alone || self.random.one_in(6) {
            let from = self.expr(Type::Phone, 1);
            write!(self.text, " from {}", clause(&from)).unwrap();
        }
    }

    fn set(&mut self) {
        let name = (*self.random.pick(NAMES)).to_owned();
        let ty = *self.random.pick(&[Type::Text, Type::Int, Type::Number, Type::Bool]);
        let optional: Vec<Variable> = self.scope.iter().filter(|variable| variable.optional).cloned().collect();
        if !optional.is_empty() && self.random.one_in(5) {
            let from = self.random.pick(&optional).clone();
            write!(self.text, "set {name} = ${}", from.name).unwrap();
            return self.bind(name, from.ty, true);
        }
        let value = self.expr(ty, 3);
        write!(self.text, "set {name} = {value}").unwrap();
        self.bind(name, ty, false);
    }

    fn bind(&mut self, name: String, ty: Type, optional: bool) {
        let field = format!("{name}.");
        self.scope.retain(|variable| variable.name != name && !variable.name.starts_with(&field));
        self.scope.push(Variable { name, ty, optional });
    }

    fn call(&mut self, depth: u64) {
        let method = *self.random.pick(&["GET", "POST", "PUT", "PATCH", "DELETE"]);
        let (path, query) = (self.interpolated(), self.interpolated());
        let service = match self.random.below(4) {
            0 | 1 => None,
            2 => Some("crm"),
            _ => Some("shop"),
        };
        match service {
            Some(service) => write!(self.text, "{{ call {service} {method} \"/v1/{path}/x?q={query}\"").unwrap(),
            None => write!(self.text, "{{ call {method} \"https://e.example/v1/{path}/x?q={query}\"").unwrap(),
        }
        let value = self.words();
        write!(self.text, " header \"X-Y\" = {value} query \"k\" = $KEY timeout 20s").unwrap();
        match self.random.below(3) {
            0 => self.text.push_str(" bearer $KEY"),
            1 => self.text.push_str(" basic \"user $HOTEL\" $KEY"),
            _ => {}
        }
        if method != "GET" {
            let body = match self.random.below(4) {
                0 => {
                    let ty = self.random.pick(TYPES).0;
                    let value = self.any_variable(ty).unwrap_or_else(|| "null".to_owned());
                    format!(
                        " json {{ \"a\": [1, 2.5, {value}], \"b\": {{ \"{{}}\": $KEY, \"t\": {} }}, \"c\": true }}",
                        self.words()
                    )
                }
                1 => format!(" xml \"<a b='${{HOTEL}}'>{}</a>\"", self.interpolated()),
                2 => format!(" form {{ \"a\": {}, \"k\": $KEY }}", self.words()),
                _ => format!(" text {}", self.words()),
            };
            self.text.push_str(&body);
        }
        let mut bindings = Vec::new();
        let mut bound = Vec::new();
        for name in NAMES.iter().skip(self.random.below(20) as usize).take(self.random.below(4) as usize) {
            let (ty, written) = *self.random.pick(TYPES);
            let optional = self.random.one_in(3);
            let query = *self.random.pick(&[
                "label",
                "a.b[0].c",
                "[1].x",
                "\"$.a[?@.b=='c'].d\"",
                "@status",
                "@header \"X-Y\"",
                "@body",
            ]);
            let (ty, written) =
                if self.random.one_in(3) { (Type::Scalar, String::new()) } else { (ty, format!(": {written}")) };
            bindings.push(format!("{name}{}{written} = {query}", if optional { "?" } else { "" }));
            bound.push(((*name).to_owned(), ty, optional));
        }
        if !bindings.is_empty() {
            write!(self.text, " < {} >", bindings.join(", ")).unwrap();
        }
        self.succeeds(depth, bound);
        if !self.random.one_in(3) {
            self.fails(depth);
        }
        self.text.push_str(" }");
    }

    /// `ask BOT` and `chat BOT`.
    fn talk(&mut self, depth: u64) {
        let is_chat = !self.alone && self.random.one_in(2);
        let (bot, own, ty, written) = match self.random.below(2) {
            0 => ("concierge", "slots.Room", Type::Int, ": int"),
            _ => ("desk", "context.room[0].x", Type::Scalar, ""),
        };
        let words = self.words();
        write!(self.text, "{{ {} {bot} {}", if is_chat { "chat" } else { "ask" }, clause(&words)).unwrap();
        if is_chat && self.random.one_in(2) {
            self.text.push_str(" within 10m");
        }
        let mut bound = Vec::new();
        if !self.random.one_in(4) {
            let name = (*self.random.pick(NAMES)).to_owned();
            write!(self.text, " < {name}?{written} = {own}, said? = message, confidence?, done >").unwrap();
            bound.push((name, ty, true));
            bound.push(("said".to_owned(), Type::Text, true));
            bound.push(("confidence".to_owned(), Type::Number, true));
            bound.push(("done".to_owned(), Type::Bool, false));
        }
        self.succeeds(depth, bound);
        if is_chat && self.random.one_in(2) {
            self.text.push_str(" timeout");
            self.branch(depth);
        }
        self.fails(depth);
        self.text.push_str(" }");
    }

    /// The way on from a step's success, which binds these.
    fn succeeds(&mut self, depth: u64, bound: Vec<(String, Type, bool)>) {
        let outside = self.scope.clone();
        for (name, ty, optional) in bound {
            self.bind(name, ty, optional);
        }
        self.text.push_str(" ok");
        self.branch(depth);
        self.scope = outside;
    }

    /// The ways on from its failures.
    fn fails(&mut self, depth: u64) {
        self.failure = true;
        self.scope.retain(|variable| variable.name != "failure");
        for filter in [" timeout", " status 404", " status 5xx", " response", ""] {
            if filter.is_empty() || self.random.one_in(4) {
                write!(self.text, " fail{filter}").unwrap();
                self.branch(depth);
            }
        }
        self.failure = false;
    }

    fn goto(&mut self, at: usize) -> String {
        let args: Vec<String> = self.paths[at].clone().into_iter().map(|ty| self.expr(ty, 1)).collect();
        format!("goto path{at}({})", args.join(", "))
    }

    /// A variable of this type that is always there, with its dollar sign.
    fn variable(&mut self, ty: Type) -> Option<String> {
        let fitting: Vec<String> = self
            .scope
            .iter()
            .filter(|variable| variable.ty == ty && !variable.optional)
            .map(|variable| format!("${}", variable.name))
            .collect();
        (!fitting.is_empty()).then(|| self.random.pick(&fitting).clone())
    }

    /// A variable of this type, be it optional.
    fn any_variable(&mut self, ty: Type) -> Option<String> {
        let fitting: Vec<String> = self
            .scope
            .iter()
            .filter(|variable| variable.ty == ty)
            .map(|variable| format!("${}", variable.name))
            .collect();
        (!fitting.is_empty()).then(|| self.random.pick(&fitting).clone())
    }

    fn expr(&mut self, ty: Type, depth: u64) -> String {
        if depth > 0
            && self.random.one_in(2)
            && let Some(computed) = self.computed(ty, depth - 1)
        {
            return computed;
        }
        if self.random.one_in(3) {
            let optional: Vec<String> = self
                .scope
                .iter()
                .filter(|variable| variable.ty == ty && variable.optional)
                .map(|variable| variable.name.clone())
                .collect();
            if !optional.is_empty() && !matches!(ty, Type::Json | Type::Urls) {
                return format!("(${} ?? {})", self.random.pick(&optional), literal(ty));
            }
        }
        self.variable(ty).unwrap_or_else(|| literal(ty).to_owned())
    }

    fn computed(&mut self, ty: Type, depth: u64) -> Option<String> {
        Some(match ty {
            Type::Text => match self.random.below(4) {
                0 => format!("upper({})", self.expr(Type::Text, depth)),
                1 => format!("digits({})", self.expr(Type::Phone, depth)),
                2 => format!("trim(lower({}))", self.expr(Type::Text, depth)),
                _ => self.words(),
            },
            Type::Int => match self.random.below(3) {
                0 => match self.variable(Type::Urls) {
                    Some(list) => format!("length({list})"),
                    None => format!("length({})", self.expr(Type::Text, depth)),
                },
                1 => format!("-({})", self.expr(Type::Int, depth)),
                _ => {
                    let op = *self.random.pick(&["+", "-", "*"]);
                    format!("({} {op} {})", self.expr(Type::Int, depth), self.expr(Type::Int, depth))
                }
            },
            Type::Number => match self.random.below(3) {
                0 => format!("round({}, 2)", self.expr(Type::Number, depth)),
                1 => format!("({} / {})", self.expr(Type::Int, depth), self.expr(Type::Number, depth)),
                _ => format!("(-{} * $LIMIT)", self.expr(Type::Number, depth)),
            },
            Type::Bool => match self.random.below(7) {
                5 => format!("matches({}, \"[a-z]+\\d$\")", self.expr(Type::Text, depth)),
                6 => {
                    let optional: Vec<&str> = self
                        .scope
                        .iter()
                        .filter(|variable| variable.optional)
                        .map(|variable| variable.name.as_str())
                        .collect();
                    let name = (!optional.is_empty()).then(|| (*self.random.pick(&optional)).to_owned())?;
                    format!("(${name} == null)")
                }
                0 => format!("not ({})", self.expr(Type::Bool, depth)),
                1 => format!("({} == {})", self.expr(Type::Text, depth), self.expr(Type::Text, depth)),
                2 => format!("({} < {})", self.expr(Type::Int, depth), self.expr(Type::Number, depth)),
                3 => format!("contains({}, {})", self.expr(Type::Text, depth), self.expr(Type::Phone, depth)),
                _ => {
                    let op = *self.random.pick(&["and", "or"]);
                    format!("({} {op} {})", self.expr(Type::Bool, depth), self.expr(Type::Bool, depth))
                }
            },
            _ => return None,
        })
    }

    /// A string with values in it.
    fn words(&mut self) -> String {
        format!("\"{{a}} $$ \\\" {} b\"", self.interpolated())
    }

    fn interpolated(&mut self) -> String {
        let printable: Vec<Variable> =
            self.scope.iter().filter(|variable| !matches!(variable.ty, Type::Json | Type::Urls)).cloned().collect();
        if printable.is_empty() || self.random.one_in(6) {
            return if self.failure { "$failure.kind".to_owned() } else { "$HOTEL".to_owned() };
        }
        let variable = self.random.pick(&printable).clone();
        if variable.optional {
            let default = *self.random.pick(&["\"none\"", "1", "true", "2.5"]);
            format!("${{{} ?? {default}}}", variable.name)
        } else {
            format!("${{{}}}", variable.name)
        }
    }
}

fn clause(expr: &str) -> String {
    if expr.starts_with(['$', '"', '(']) { expr.to_owned() } else { format!("({expr})") }
}

fn literal(ty: Type) -> &'static str {
    match ty {
        Type::Int => "7",
        Type::Number => "2.50",
        Type::Bool => "true",
        Type::Phone => "\"+15550100\"",
        Type::Url => "\"https://e.example/a.png\"",
        _ => "\"words\"",
    }
}
