//! The schema of a flow, and how it came to its present form.

use tokio_postgres::Client;

use crate::engine::journal::JournalError;

use super::fault;

/// Each brings the schema to its version, which is its number from 1. None is changed once it was released. It keeps the
/// functions that the former binary calls: while replicas are renewed one by one, both work on one schema.
const MIGRATIONS: [&str; 2] = [include_str!("1.sql"), include_str!("2.sql")];

/// The version that this program works on.
const VERSION: i64 = MIGRATIONS.len() as i64;

/// The oldest PostgreSQL whose SQL the migrations are written in, as its `server_version_num` has it.
const OLDEST_SERVER: i32 = 140_000;

/// Names of PostgreSQL are no longer than this ("4.1.1. Identifiers and Key Words").
const LONGEST_NAME: usize = 63;

/// The schema that a flow's runs are in, by the flow's name: `flow_weather_forecast`. Needs no quotes.
pub(super) fn name_for(flow: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    "flow_".chars().chain(flow.chars().map(word)).take(LONGEST_NAME).collect()
}

/// Makes the schema, or brings it to the version of this program. Several that try at once do it one after the other.
pub(super) async fn migrate(client: &mut Client, schema: &str, flow: &str) -> Result<(), JournalError> {
    let of_database = |error: tokio_postgres::Error| fault::of_journal(&error);
    let transaction = client.transaction().await.map_err(of_database)?;
    let lock = format!("select pg_advisory_xact_lock(hashtextextended('{schema} schema', 0))");
    transaction.batch_execute(&lock).await.map_err(of_database)?;

    let found = transaction
        .query_one(
            "select to_regnamespace($1) is not null, to_regclass($1 || '.about') is not null, \
             current_setting('server_version_num')::int, current_setting('server_version')",
            &[&schema],
        )
        .await
        .and_then(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?)))
        .map_err(of_database)?;
    let (is_there, is_ours, number, server): (bool, bool, i32, String) = found;
    if number < OLDEST_SERVER {
        return Err(JournalError::Broken(format!("it is PostgreSQL {server}, and runs need version 14 or later")));
    }
    if !is_there {
        transaction.batch_execute(&format!("create schema {schema}")).await.map_err(|error| {
            let told = fault::told(&error);
            JournalError::Broken(format!(
                "the schema {schema} cannot be made: {told}; let the role make schemas in this database, or make it \
                 beforehand: CREATE SCHEMA {schema} AUTHORIZATION its_role"
            ))
        })?;
    }
    transaction.batch_execute(&format!("set local search_path to {schema}")).await.map_err(of_database)?;
    let version = if is_ours { version(&transaction, schema, flow).await? } else { 0 };
    for (at, migration) in (1..).zip(MIGRATIONS) {
        if at > version {
            transaction.batch_execute(migration).await.map_err(of_database)?;
        }
    }
    if !is_ours {
        transaction
            .batch_execute("create table about (flow text not null, version bigint not null)")
            .await
            .map_err(of_database)?;
        transaction.execute("insert into about values ($1, $2)", &[&flow, &VERSION]).await.map_err(of_database)?;
    } else if version < VERSION {
        transaction.execute("update about set version = $1", &[&VERSION]).await.map_err(of_database)?;
    }
    transaction.commit().await.map_err(of_database)
}

/// The version of a schema that is there, if it is one for this flow and this program.
async fn version(transaction: &tokio_postgres::Transaction<'_>, schema: &str, flow: &str) -> Result<i64, JournalError> {
    let row = transaction.query_one("select flow, version from about", &[]).await;
    let (owner, version): (String, i64) =
        row.and_then(|row| Ok((row.try_get(0)?, row.try_get(1)?))).map_err(|error| fault::of_journal(&error))?;
    if owner != flow {
        return Err(JournalError::Broken(format!(
            "the schema {schema} holds the runs of another flow, {owner:?}; give one of the two another name, or a \
             database of its own"
        )));
    }
    if version > VERSION {
        return Err(JournalError::Broken(format!(
            "the schema {schema} has version {version}, and this program knows {VERSION} at most: a newer binary has \
             worked on it; start that one"
        )));
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_names_its_schema() {
        assert_eq!(name_for("weather-forecast"), "flow_weather_forecast");
        assert_eq!(name_for("Öffnungszeiten & Co."), "flow__ffnungszeiten___co_");
        assert_eq!(name_for(&"x".repeat(300)).len(), LONGEST_NAME);
    }
}
