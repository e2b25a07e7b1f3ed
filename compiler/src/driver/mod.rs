//! Everything that touches the world: files, processes, cargo. The rest of flowc is a function of its input.

mod binary;
mod cache;
mod cargo;
pub mod demo;
pub mod doctor;
mod embed;
mod error;
mod files;
mod find;
pub mod flow_file;
pub mod http;
mod interrupted;
pub mod location;
mod lock;
mod making;
mod manifest;
mod name;
pub mod new;
mod package;
pub mod samples;
mod served;
mod stage;
pub mod system;

pub use binary::{Order, Progress, build};
pub use cache::Cache;
pub use error::Error;
pub use files::size;
pub use find::flow_files;
pub use making::{Engine, Linking, Making};
pub use name::package_name;
pub use package::emit;
pub use served::Served;
pub use stage::Stage;
