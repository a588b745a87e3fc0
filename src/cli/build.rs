//! `forecastc build` and `forecastc serve`

mod edited;
mod interrupt;
mod report;
mod watch;
mod workshop;

use std::path::{Path, PathBuf};

use clap::Args;

use self::workshop::{Built, Workshop};
use super::{Call, Ending, Fault};

/// Build the site: pages, data, feeds and a calendar
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Go on: build again at each change of a source, a document or a template
    #[arg(long)]
    watch: bool,
    /// Show the site on this machine, and reload its pages as they change; goes on as with `--watch`
    #[arg(long)]
    serve: bool,
    #[command(flatten)]
    loops: Loops,
}

/// Build the site and show it on this machine: `build --watch --serve`
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    loops: Loops,
}

/// Where a site comes from and goes to.
#[derive(Debug, Args)]
struct Place {
    /// The folder that the site goes into: empty, or one that a build made
    #[arg(long, value_name = "DIR", default_value = "site")]
    out: PathBuf,
    /// The folder with templates of your own, each in place of the one of its name [default: templates,
    /// if it is there]
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Show on the page of each node which commits changed its numbers, from the past of its git repository
    #[arg(long)]
    history: bool,
}

/// How a build goes on.
#[derive(Debug, Args)]
struct Loops {
    /// Look for changes twice a second instead of being told of them: for network disks and containers
    #[arg(long)]
    poll: bool,
    /// With --serve: the port [default: the first free one from 4173 on]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// With --serve: lead the browser to the page of the node that was edited
    #[arg(long)]
    follow: bool,
}

impl Place {
    fn templates(&self) -> &Path {
        self.templates.as_deref().unwrap_or_else(|| Path::new("templates"))
    }

    /// What the output folder may neither be nor hold.
    fn guarded(&self, source: &Path) -> Vec<(&'static str, PathBuf)> {
        let mut all = vec![
            ("the folder of the sources", source.to_owned()),
            ("the folder of the templates", self.templates().to_owned()),
            ("the working folder", PathBuf::from(".")),
        ];
        all.extend(std::env::home_dir().map(|home| ("your home folder", home)));
        all
    }
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Arguments { place, watch, serve, loops } = arguments;
    interrupt::install();
    if !serve && (loops.port.is_some() || loops.follow) {
        return Err("`--port` and `--follow` are about `--serve`".into());
    }
    if *watch || *serve {
        return watch::run(place, loops, *serve, call);
    }
    if loops.poll {
        return Err("`--poll` is about `--watch`".into());
    }
    let mut workshop = Workshop::open(place, call)?;
    let draft = workshop.draft(call);
    match workshop.build(draft, call)? {
        Built::Site(site) => {
            report::site(&site, &place.out, &mut call.output);
            Ok(if site.has_errors { Ending::NetworkAtFault } else { Ending::Fine })
        }
        Built::Nothing => Ok(Ending::Fine),
        Built::Broken(trouble) => {
            call.output.error_stream(&trouble.text(call.output.color_of_messages()));
            Ok(Ending::NetworkAtFault)
        }
    }
}

pub(super) fn serve(arguments: &Serve, call: &mut Call) -> Result<Ending, Fault> {
    interrupt::install();
    watch::run(&arguments.place, &arguments.loops, true, call)
}
