//! Flows from their text to their answers, through built binaries and loopback sockets.
//!
//! What a test needs that is not everywhere, it does without, and says so: the data beside the project; `FLOW_TEST_PYTHON`,
//! a Python with the packages `twilio`, `plivo`, `vonage-http-client`, `jsonschema`, `opentelemetry-proto`, `prometheus-client`, `junitparser`, `botocore`, `ibm-watson`, `openapi-spec-validator`
//! and `schemathesis`; `FLOW_TEST_PRISM`, the program of Prism; `FLOW_TEST_SARIF_SCHEMA`, the JSON schema of SARIF 2.1.0, as
//! the npm package `@microsoft/jest-sarif` has it in `lib/schemas`; `FLOW_TEST_WORKFLOW`, a
//! `node_modules` folder with `@actions/workflow-parser`; `FLOW_TEST_RESTATE`, the program of Restate; Kannel
//! with its fakesmsc, as Debian's packages `kannel` and `kannel-extras` have them; `openssl` and `node`; `genhtml` and `lcov`
//! of LCOV.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod bots;
mod bots_lex;
mod bots_tested;
mod bots_watson;
mod call_command;
mod cli;
mod cli_check;
mod cli_fix;
mod cli_fmt;
mod cli_sarif;
mod cli_terminal;
mod coverage;
mod docs;
mod examples;
mod explore;
mod faults;
mod handover;
mod inbound_api;
mod intelepeer;
mod json_path;
mod kannel;
mod lifecycle;
mod media;
mod numbers;
mod numbers_of_carriers;
mod nws;
mod openapi;
mod operate;
mod opt_out;
mod order;
mod outbound;
mod phone;
mod plivo;
mod restate;
mod samples;
mod secrets;
mod sms_filters;
mod substitution;
mod suite;
mod telnyx;
mod templates;
mod twilio;
mod vonage;
mod watch;
mod weather;
mod xml;
