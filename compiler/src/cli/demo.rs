//! `flowc demo`

use clap::Args;

use super::Exit;
use super::build::megabytes;
use super::console::Console;
use super::progress::Watcher;
use crate::driver::demo::{self, Demo as Hotline, Reply};
use crate::driver::{self, Error, Making, Order};

/// Build the weather hotline and text it, with no network and no phone
#[derive(Debug, Args)]
#[command(after_help = "\
The first time, what every flow is linked with is built, which takes a minute or two.

Example:
  flowc demo")]
pub(super) struct Demo {}

impl Demo {
    #[allow(clippy::unused_self)]
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let system = console.system;
        let file = demo::flow();
        let Some(emitted) = crate::compile(&file, &demo::samples()).emitted else {
            return Err(Error::Demo(format!("flowc does not compile its own example, {}", file.name)));
        };
        console.result(
            "A guest texts a hotel's weather hotline. It all happens on this machine: no network, no phone.\n\n",
        )?;
        for line in file.text.trim_end().lines() {
            console.result(format!("    {line}").trim_end())?;
            console.result("\n")?;
        }

        let started = system.now();
        let order = Order {
            emitted: &emitted,
            source: "demo/weather-forecast.flow".as_ref(),
            making: Making::default(),
            output: None,
        };
        let mut watcher = Watcher::new(console);
        let built = driver::build(system, order, &mut |progress| watcher.see(progress));
        watcher.finish();
        let path = built?;
        let seconds = (system.now() - started).as_secs_f64();
        let size = megabytes(driver::size(system, &path));
        console.result(&format!("\nflowc made one binary of it ({size}) in {seconds:.1} s"))?;

        let mut hotline = Hotline::start(system, &path)?;
        console.result(&format!(", and it runs at http://{}.\n\n", hotline.address()))?;
        talk(console, &hotline.text("weather")?)?;
        hotline.switch_service_off();
        console.result("\nNow the forecast service is switched off.\n\n")?;
        talk(console, &hotline.text("weather")?)?;
        hotline.stop()?;
        console.result(
            "\nThe binary has stopped. Your own: flowc new weather && cd weather && flowc run weather.flow\n",
        )?;
        Ok(Exit::Fine)
    }
}

fn talk(console: &Console<'_>, reply: &Reply) -> Result<(), Error> {
    let call = match &reply.request {
        Some(request) => format!("calls the forecast service's stand-in: {request}, and is answered"),
        None => "calls the forecast service, and is refused".to_owned(),
    };
    for (who, what) in [("guest", "weather"), ("flow", &call), ("hotel", &reply.text)] {
        let text = super::explain::wrap(what, 80);
        for (number, line) in text.lines().enumerate() {
            let who = if number == 0 { who } else { "" };
            console.result(format!("    {who:<7}{line}\n").as_str())?;
        }
    }
    Ok(())
}
