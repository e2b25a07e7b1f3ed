//! What is asked of the database: one statement each, which is one transaction and one round trip.

/// A statement that every connection prepares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Accept,
    Commit,
    Claim,
    Renew,
    Forgotten,
    LetGo,
    Leave,
    LastTick,
    Sweep,
    Counts,
    Unfinished,
    Park,
    GoOn,
    Cancel,
    List,
    Show,
    History,
    Mentioned,
    EraseTexts,
    EraseRun,
    Note,
    Noted,
    Unnote,
    Notes,
    SweepNotes,
    EraseParts,
    Remark,
}

/// The columns that [`super::row::Listed`] reads.
const LISTED: &str = "id::text, status, accepted, since, person, own, line, place_line, place, kind, reason, until, \
                      steps, state";

/// The columns of a note, and whether its time is not over yet.
const NOTED: &str = "name, value, at, until";
const HOLDS: &str = "(until is null or clock_timestamp() < until)";

impl Call {
    /// In the order of their declaration, so that each stands at its own number.
    const ALL: [Self; 27] = [
        Self::Accept,
        Self::Commit,
        Self::Claim,
        Self::Renew,
        Self::Forgotten,
        Self::LetGo,
        Self::Leave,
        Self::LastTick,
        Self::Sweep,
        Self::Counts,
        Self::Unfinished,
        Self::Park,
        Self::GoOn,
        Self::Cancel,
        Self::List,
        Self::Show,
        Self::History,
        Self::Mentioned,
        Self::EraseTexts,
        Self::EraseRun,
        Self::Note,
        Self::Noted,
        Self::Unnote,
        Self::Notes,
        Self::SweepNotes,
        Self::EraseParts,
        Self::Remark,
    ];

    /// All statements, for a schema.
    pub(super) fn statements(schema: &str) -> Vec<String> {
        Self::ALL.map(|call| call.statement(schema)).into()
    }

    /// Its place in [`Self::statements`].
    pub(super) fn number(self) -> usize {
        self as usize
    }

    /// Ids travel as text: that is how all else of the runtime writes them.
    fn statement(self, s: &str) -> String {
        match self {
            Self::Accept => format!(
                "select * from {s}.accept($1::text::uuid, $2, $3, $4, $5, $6::text::uuid, $7, $8, $9, $10, $11, $12)"
            ),
            Self::Commit => format!(
                "select * from {s}.commit_run($1::text::uuid, $2, $3::text::uuid, $4, $5, $6, $7, $8, $9, $10, $11, \
                 $12, $13, $14, $15, $16, $17, $18, $19)"
            ),
            Self::Claim => format!("select * from {s}.claim($1::text::uuid, $2, $3)"),
            Self::Renew => format!("select from {s}.renew($1::text::uuid, $2, $3)"),
            Self::Forgotten => format!("select {s}.forgotten($1::text::uuid, $2)"),
            Self::LetGo => format!("select from {s}.let_go($1::text::uuid, $2)"),
            Self::Leave => format!("select from {s}.leave($1::text::uuid)"),
            Self::LastTick => format!("select {s}.last_tick($1, $2)"),
            Self::Sweep => format!("select * from {s}.sweep($1, $2, $3)"),
            Self::Counts => format!(
                "select status, count(*) from {s}.runs where status = 'running' group by status union all \
                 select status, count(*) from {s}.runs where status in ('waiting', 'asked') group by status union all \
                 select status, count(*) from {s}.runs where status = 'parked' group by status union all \
                 select 'queued', count(*) from {s}.texts"
            ),
            Self::Unfinished => format!(
                "select {LISTED} from {s}.runs where status = 'running' union all \
                 select {LISTED} from {s}.runs where status in ('waiting', 'asked') union all \
                 select {LISTED} from {s}.runs where status = 'parked'"
            ),
            Self::Park => format!("select {s}.park($1::text::uuid, $2)"),
            Self::GoOn => format!("select {s}.go_on($1::text::uuid, $2)"),
            Self::Cancel => format!("select {s}.cancel($1::text::uuid)"),
            Self::List => format!(
                "select {LISTED} from {s}.runs where ($1::text is null or status = $1) \
                 and ($2::text is null or person = $2) order by runs.id desc limit $3"
            ),
            Self::Show => format!("select {LISTED} from {s}.runs where id = $1::text::uuid"),
            Self::History => {
                format!("select at, line, step, outcome, ms from {s}.steps where run = $1::text::uuid order by id")
            }
            Self::Mentioned => format!(
                "select id::text from {s}.runs \
                 where concat_ws(E'\\n', person, own, took, asked, reply, state) ~ $1::text"
            ),
            Self::EraseTexts => format!(
                "delete from {s}.texts where concat_ws(E'\\n', conversation, text, person, own, state) ~ $1::text"
            ),
            Self::EraseRun => format!("select {s}.erase_run($1::text::uuid)"),
            Self::Note => format!("select {s}.note($1, $2, $3, $4, $5, $6)"),
            Self::Noted => format!("select {NOTED} from {s}.notes where topic = $1 and name = $2 and {HOLDS}"),
            Self::Unnote => format!("delete from {s}.notes where topic = $1 and name = $2 returning {HOLDS}"),
            Self::Notes => format!(
                "select {NOTED} from {s}.notes \
                 where topic = $1 and name >= $2 and starts_with(name, $2) and {HOLDS} order by name"
            ),
            Self::SweepNotes => format!("select {s}.sweep_notes($1)"),
            Self::EraseParts => {
                format!("delete from {s}.notes where topic = 'part' and concat_ws(E'\\n', name, value) ~ $1::text")
            }
            Self::Remark => format!("select {s}.remark($1::text::uuid, $2, $3, $4, $5, $6)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_statement_stands_at_its_number() {
        for (at, call) in Call::ALL.into_iter().enumerate() {
            assert_eq!(call.number(), at);
        }
    }
}
