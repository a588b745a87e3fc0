//! The loop: a build at each change, until somebody ends it.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::{Call, Ending, Fault, today};
use super::workshop::{Built, Trouble, Workshop};
use super::{Loops, Place, report};
use crate::disk::{GRACE, QUIET, Watcher};
use crate::serve::{Server, Shown};

pub(super) fn run(place: &Place, loops: &Loops, serves: bool, call: &mut Call) -> Result<Ending, Fault> {
    let mut workshop = Workshop::open(place, call)?;
    let server = if serves { Some(Server::start(loops.port)?) } else { None };
    if let Some(server) = &server {
        call.output.result(&format!("{}\n", server.url()));
    }
    let roots = [folder(&call.source), place.templates().to_owned()];
    let mut watcher = Watcher::new(&roots, std::slice::from_ref(&place.out), loops.poll)?;
    let mut shown = Shown { folder: place.out.clone(), ..Shown::default() };
    let mut is_first = true;
    loop {
        let draft = loop {
            let draft = workshop.draft(call);
            let quiet = if workshop.has_lost(&draft) { GRACE } else { QUIET };
            // What is read before it is quiet may be half of what there will be.
            if !watcher.stirs(quiet) {
                break draft;
            }
        };
        let built = workshop.build(draft, call);
        match built.unwrap_or_else(|fault| Built::Broken(Trouble::Machine(fault.to_string()))) {
            Built::Nothing => {}
            Built::Site(built) => {
                if std::mem::take(&mut is_first) {
                    report::site(&built, &place.out, &mut call.output);
                } else {
                    report::line(&built, &place.out, &mut call.output);
                }
                shown.trouble = None;
                shown.jump = built.page.filter(|_| loops.follow);
                shown.base = built.base;
                shown.files = Arc::from(built.paths);
                show(server.as_ref(), &shown);
            }
            Built::Broken(trouble) => {
                call.output.error_stream(&trouble.text(call.output.color_of_messages()));
                let stays = if is_first { "there is no site yet" } else { "the site stays as it was" };
                call.output.result(&format!("{}: {stays}\n", trouble.summary()));
                shown.trouble = Some(trouble.shown());
                shown.jump = None;
                show(server.as_ref(), &shown);
            }
        }
        tidy();
        watcher.wait(|| !call.is_dated && today().is_ok_and(|day| day != call.today));
        if !call.is_dated {
            call.today = today()?;
        }
    }
}

/// Has every thread ask for some room: the allocator then puts in order what the last build gave back. Nobody waits now;
/// else the next build would begin with that, and a great network has millions of pieces.
fn tidy() {
    const TIMES: usize = 64;
    const ROOM: usize = 1 << 16;
    let ask = || (0..TIMES).for_each(|_| drop(black_box(Vec::<u8>::with_capacity(ROOM))));
    rayon::broadcast(|_| ask());
    ask();
}

/// The folder of the sources; of a single file that around it, where its documents are.
fn folder(source: &Path) -> PathBuf {
    let around = source.parent().filter(|_| source.extension().is_some_and(|extension| extension == "pred"));
    match around {
        Some(here) if here.as_os_str().is_empty() => PathBuf::from("."),
        Some(around) => around.to_owned(),
        None => source.to_owned(),
    }
}

fn show(server: Option<&Server>, shown: &Shown) {
    if let Some(server) = server {
        server.show(shown.clone());
    }
}
