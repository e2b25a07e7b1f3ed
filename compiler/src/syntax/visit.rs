//! Walks over the tree.

use super::ast::{
    Answer, AnswerBody, Arms, BotAnswer, Clause, ClauseKind, Expr, ExprKind, File, Json, Part, Path, Source, Step,
    StepKind, TestStepKind, Words,
};

/// All bodies of a file: of its triggers, then of its paths.
pub fn bodies(file: &File) -> impl Iterator<Item = &Path> {
    let triggers = file.triggers.iter().map(|trigger| &trigger.body);
    triggers.chain(file.paths.iter().map(|path| &path.body))
}

/// Every step of a path, those of its arms and branches too, each before what follows it.
pub fn steps<'a>(path: &'a Path, visit: &mut dyn FnMut(&'a Step)) {
    for step in &path.steps {
        visit(step);
        for inner in inner_paths(step) {
            steps(inner, visit);
        }
    }
}

/// The paths that hang on a step: arms, branches, cases, the inside of a group.
pub fn inner_paths(step: &Step) -> Vec<&Path> {
    fn of(arms: &Arms) -> Vec<&Path> {
        arms.ok.iter().chain(arms.fails.iter().map(|fail| &fail.arm)).map(|arm| &arm.path).collect()
    }
    match &step.kind {
        StepKind::Call(call) => of(&call.arms),
        StepKind::Sms(sms) => of(&sms.arms),
        StepKind::Talk(talk) => of(&talk.arms).into_iter().chain(talk.timeout.iter().map(|arm| &arm.path)).collect(),
        StepKind::Ask(ask) => ask.arms.reply.iter().chain(&ask.arms.timeout).map(|arm| &arm.path).collect(),
        StepKind::Bad(arms) => arms.iter().map(|arm| &arm.path).collect(),
        StepKind::If(branch) => {
            std::iter::once(&branch.then).chain(branch.otherwise.iter().map(|arm| &arm.path)).collect()
        }
        StepKind::Match(choice) => {
            let cases = choice.cases.iter().map(|case| &case.path);
            cases.chain(choice.otherwise.iter().map(|arm| &arm.path)).collect()
        }
        StepKind::Group(path) => vec![path],
        StepKind::Set(_) | StepKind::Wait(_) | StepKind::Goto(_) | StepKind::End => Vec::new(),
    }
}

/// The expressions that stand in a step itself, in the order they are written; not those of its arms.
pub fn step_exprs<'a>(step: &'a Step, visit: &mut dyn FnMut(&'a Expr)) {
    match &step.kind {
        StepKind::Call(call) => {
            call.url.iter().for_each(&mut *visit);
            call.clauses.iter().for_each(|clause| clause_exprs(clause, visit));
        }
        StepKind::Sms(sms) => {
            sms.to.iter().chain(&sms.from).chain(&sms.text).chain(&sms.media).for_each(visit);
        }
        StepKind::Ask(ask) => {
            let again = ask.retry.iter().filter_map(|retry| retry.text.as_ref());
            ask.to.iter().chain(&ask.from).chain(&ask.text).chain(again).for_each(visit);
        }
        StepKind::Talk(talk) => visit(&talk.words),
        StepKind::If(branch) => visit(&branch.condition),
        StepKind::Match(choice) => {
            visit(&choice.subject);
            choice.cases.iter().flat_map(|case| &case.patterns).for_each(visit);
        }
        StepKind::Set(set) => visit(&set.value),
        StepKind::Goto(goto) => goto.args.iter().for_each(visit),
        StepKind::Wait(_) | StepKind::End | StepKind::Group(_) | StepKind::Bad(_) => {}
    }
}

/// The expressions of a clause.
pub fn clause_exprs<'a>(clause: &'a Clause, visit: &mut dyn FnMut(&'a Expr)) {
    match &clause.kind {
        ClauseKind::Header(_, value) | ClauseKind::Query(_, value) => visit(value),
        ClauseKind::Bearer(value) | ClauseKind::Xml(value) | ClauseKind::Text(value) => visit(value),
        ClauseKind::Oauth(oauth) => {
            let fixed = [&oauth.token_url, &oauth.client_id, &oauth.client_secret];
            fixed.into_iter().chain(&oauth.scope).chain(&oauth.audience).for_each(visit);
        }
        ClauseKind::Basic(user, password) => {
            visit(user);
            visit(password);
        }
        ClauseKind::Json(json) => json_exprs(json, visit),
        ClauseKind::Form(fields) => fields.iter().for_each(|(_, value)| visit(value)),
        ClauseKind::Timeout(_) | ClauseKind::Retry(_) | ClauseKind::Sample(_) => {}
    }
}

/// The expressions in a JSON value.
pub fn json_exprs<'a>(json: &'a Json, visit: &mut dyn FnMut(&'a Expr)) {
    match json {
        Json::Null => {}
        Json::Value(expr) => visit(expr),
        Json::List(items) => items.iter().for_each(|item| json_exprs(item, visit)),
        Json::Object(members) => members.iter().for_each(|(_, value)| json_exprs(value, visit)),
    }
}

/// The expressions of a trigger's head.
pub fn source_exprs<'a>(source: &'a Source, visit: &mut dyn FnMut(&'a Expr)) {
    match source {
        Source::Api(api) => api.token.iter().for_each(visit),
        Source::Sms(sms) => sms.to.iter().for_each(visit),
        Source::Schedule(_) | Source::Bad => {}
    }
}

/// The expressions of a line of a test.
pub fn test_step_exprs<'a>(step: &'a TestStepKind, visit: &mut dyn FnMut(&'a Expr)) {
    match step {
        TestStepKind::Given(given) => {
            for answer in &given.answers {
                let Answer::Response { headers, body, .. } = answer else { continue };
                headers.iter().for_each(|(_, value)| visit(value));
                match body {
                    Some(AnswerBody::Json(json)) => json_exprs(json, visit),
                    Some(AnswerBody::Text(text)) => visit(text),
                    _ => {}
                }
            }
        }
        TestStepKind::WhenSms(sms) => {
            sms.to.iter().chain(&sms.from).chain(&sms.text).chain(&sms.media).for_each(visit);
        }
        TestStepKind::WhenApi(_, members) => json_exprs(members, visit),
        TestStepKind::ThenSms(then) => {
            then.to.iter().chain(&then.from).chain(&then.media).for_each(&mut *visit);
            if let Some(Words::Exactly(words)) = &then.words {
                visit(words);
            }
        }
        TestStepKind::ThenCall(then) => then.clauses.iter().for_each(|clause| clause_exprs(clause, visit)),
        TestStepKind::GivenBot(given) => {
            for answer in &given.answers {
                if let BotAnswer::Plain(json, _) = answer {
                    json_exprs(json, visit);
                }
            }
        }
        TestStepKind::ThenBot(_, words) => words.iter().for_each(visit),
        TestStepKind::GivenSms(to) => to.iter().for_each(visit),
        TestStepKind::WhenSchedule(_)
        | TestStepKind::WhenPass(_)
        | TestStepKind::ThenNothing
        | TestStepKind::ThenWaits
        | TestStepKind::ThenFails => {}
    }
}

/// An expression and all within it, outermost first.
pub fn exprs<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Text(parts) => {
            for part in parts {
                if let Part::Value(value) = part {
                    exprs(value, visit);
                }
            }
        }
        ExprKind::Unary(_, operand) => exprs(operand, visit),
        ExprKind::Binary(_, left, right) => {
            exprs(left, visit);
            exprs(right, visit);
        }
        ExprKind::Function(_, args) => args.iter().for_each(|arg| exprs(arg, visit)),
        ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::Variable(..) | ExprKind::Bad => {}
    }
}
