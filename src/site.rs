//! The site: pages and data as values, with nothing written and nothing looked up from outside.
//!
//! A network with its forecast comes in; out comes a plan of files, each with its path and what makes its bytes, so
//! that ten thousand pages need not be in memory at once. `edition` works out once what is published and what all
//! pages show; a file of `page` turns that into the view of one kind of page; templates lay views out, and compute
//! nothing. Nothing private is in an edition.

mod calendar;
mod chart;
mod data;
mod edition;
mod feed;
mod html;
mod index;
mod laboratory;
mod page;
mod place;
mod prose;
mod sitemap;
mod template;
mod view;

pub use self::edition::Edition;
pub use self::template::{TemplateFault, Templates};

use self::place::Place;
use self::view::{Head, Shell};
use minijinja::value::{Serde, Value};
use serde::Serialize;

/// A file of the site.
pub struct File<'a> {
    /// Its path below the site's folder, with `/` between its parts.
    pub path: String,
    make: Make<'a>,
}

/// What makes the bytes of a file.
type Make<'a> = Box<dyn Fn(&Press<'a>) -> Result<Vec<u8>, TemplateFault> + Send + Sync + 'a>;

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
            plan.file(path, move |_| bytes.clone());
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
        (file.make)(&self.press)
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
        let make = Box::new(move |press: &Press<'a>| Ok(make(press.edition)));
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
        let make = Box::new(move |press: &Press<'a>| {
            let (head, view) = view(press.edition, &place);
            press.page(&place, template, &head, &view)
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
}

impl<'a> Press<'a> {
    fn new(edition: &'a Edition<'a>, templates: &'a Templates) -> Self {
        let anywhere = page::missing::root(edition);
        let shells = ["", "../", &anywhere].map(|root| Value::from(Serde(Shell::new(edition, root))));
        Self { edition, templates, shells }
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
