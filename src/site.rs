//! The site: pages and data as values, with nothing written and nothing looked up from outside.
//!
//! A network with its forecast comes in; out comes a plan of files, each with its path and what makes its bytes, so
//! that ten thousand pages need not be in memory at once. `edition` works out once what is published and what all
//! pages show; a file of `page` turns that into the view of one kind of page; templates lay views out, and compute
//! nothing. Nothing private is in an edition.

mod calendar;
mod chart;
mod data;
mod downstream;
mod edition;
mod feed;
mod html;
mod index;
mod laboratory;
mod memory;
mod page;
mod place;
mod prose;
mod sitemap;
mod template;
mod view;

pub use self::edition::Edition;
pub use self::memory::Memory;
pub use self::template::{TemplateFault, Templates};

use self::memory::Mark;
use self::place::Place;
use self::view::{Head, Shell};
use minijinja::value::{Serde, Value};
use serde::Serialize;

use crate::model::{Model, NodeId};

/// The page that a node has, or has its place on, if it is published.
pub fn page_of(model: &Model, node: NodeId) -> Option<String> {
    let node = model.node(node);
    let place = Place::node(node);
    let path = place.path().split_once('#').map_or_else(|| place.path(), |(path, _)| path);
    (!node.private).then(|| path.to_owned())
}

/// A file of the site.
pub struct File<'a> {
    /// Its path below the site's folder, with `/` between its parts.
    pub path: String,
    make: Make<'a>,
}

/// What makes a file, if it is not yet what it would be.
type Make<'a> = Box<dyn Fn(&Press<'a>, Wanted) -> Result<Made, TemplateFault> + Send + Sync + 'a>;

/// When a file is made.
#[derive(Clone, Copy)]
enum Wanted {
    /// In any case.
    Always,
    /// Unless it would be made from this.
    Unless(Option<Mark>),
}

impl Wanted {
    /// What a file is made from, if anybody wants to know.
    fn mark(self, of: impl FnOnce() -> Mark) -> Option<Mark> {
        match self {
            Self::Always => None,
            Self::Unless(_) => Some(of()),
        }
    }

    fn is_met(self, mark: Option<Mark>) -> bool {
        matches!(self, Self::Unless(Some(last)) if mark == Some(last))
    }
}

/// A file that was made.
struct Made {
    /// None of one that is what it was.
    bytes: Option<Vec<u8>>,
    mark: Option<Mark>,
}

/// All files of a site, and what they are made with.
pub struct Site<'a> {
    press: Press<'a>,
    files: Vec<File<'a>>,
}

impl<'a> Site<'a> {
    /// Plans the site of an edition.
    pub fn new(edition: &'a Edition<'a>, templates: &'a Templates) -> Self {
        let mut plan = Plan { edition, files: Vec::new() };
        page::plan(&mut plan);
        data::plan(&mut plan);
        feed::plan(&mut plan);
        calendar::plan(&mut plan);
        sitemap::plan(&mut plan);
        for (path, bytes) in templates.assets() {
            plan.file(path, move |_| bytes.to_vec());
        }
        let mut files = plan.files;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Self { press: Press::new(edition, templates), files }
    }

    /// Its files, in the order of their paths.
    pub fn files(&self) -> &[File<'a>] {
        &self.files
    }

    /// The bytes of a file. A fault is one of a template of the user's own.
    pub fn bytes(&self, file: &File<'a>) -> Result<Vec<u8>, TemplateFault> {
        let made = (file.make)(&self.press, Wanted::Always)?;
        Ok(made.bytes.unwrap_or_default())
    }

    /// The bytes of a file; none if it `is_known` and would be made from what it was made from when the memory was
    /// last asked. A page is laid out only if what it shows has changed.
    pub fn changed(
        &self,
        file: &File<'a>,
        memory: &Memory,
        is_known: bool,
    ) -> Result<Option<Vec<u8>>, TemplateFault> {
        let last = memory.last(&self.press.ground, &file.path).filter(|_| is_known);
        let made = (file.make)(&self.press, Wanted::Unless(last))?;
        if let Some(mark) = made.mark.filter(|_| made.bytes.is_some()) {
            memory.keep(&self.press.ground, &file.path, mark);
        }
        Ok(made.bytes)
    }
}

/// The files of a site as they are thought of.
struct Plan<'a> {
    edition: &'a Edition<'a>,
    files: Vec<File<'a>>,
}

impl<'a> Plan<'a> {
    /// A file that is made without templates.
    fn file(
        &mut self,
        path: impl Into<String>,
        make: impl Fn(&'a Edition<'a>) -> Vec<u8> + Send + Sync + 'a,
    ) {
        let make = Box::new(move |press: &Press<'a>, wanted: Wanted| {
            let bytes = make(press.edition);
            let mark = wanted.mark(|| Mark::of_bytes(&bytes));
            Ok(Made { bytes: (!wanted.is_met(mark)).then_some(bytes), mark })
        });
        self.files.push(File { path: path.into(), make });
    }

    /// A page: its template, what its head says, and its view.
    fn page<V: Serialize>(
        &mut self,
        place: Place,
        template: &'static str,
        view: impl Fn(&'a Edition<'a>, &Place) -> (Head, V) + Send + Sync + 'a,
    ) {
        let path = place.path().to_owned();
        let make = Box::new(move |press: &Press<'a>, wanted: Wanted| {
            let (head, view) = view(press.edition, &place);
            let mark = wanted.mark(|| Mark::of(&(template, &head, &view)));
            let bytes = (!wanted.is_met(mark)).then(|| press.page(&place, template, &head, &view));
            Ok(Made { bytes: bytes.transpose()?, mark })
        });
        self.files.push(File { path, make });
    }
}

/// What lays views out.
struct Press<'a> {
    edition: &'a Edition<'a>,
    templates: &'a Templates,
    /// The shell of pages in the site's folder, of those one folder below, and of the one that stands in for a page
    /// that is not there, wherever that was looked for.
    shells: [Value; 3],
    /// What all pages are made from besides their own views.
    ground: Mark,
}

impl<'a> Press<'a> {
    fn new(edition: &'a Edition<'a>, templates: &'a Templates) -> Self {
        let anywhere = page::missing::root(edition);
        let shells = ["", "../", &anywhere].map(|root| Shell::new(edition, root));
        let ground = Mark::of(&(templates.mark(), &shells));
        Self { edition, templates, shells: shells.map(|shell| Value::from(Serde(shell))), ground }
    }

    fn page(
        &self,
        place: &Place,
        template: &str,
        head: &Head,
        view: &impl Serialize,
    ) -> Result<Vec<u8>, TemplateFault> {
        let [shallow, deep, anywhere] = &self.shells;
        let shell = match place.root() {
            _ if place.path() == page::missing::PATH => anywhere,
            "" => shallow,
            _ => deep,
        };
        self.templates.render(
            template,
            minijinja::context! {
                site => shell.clone(),
                head => Value::from(Serde(head)),
                page => Value::from(Serde(view)),
            },
        )
    }
}
