//! What machines ask a site for: the list of its pages, what robots may read, and headers for hosts that take them
//! from a file.

use super::page::missing;
use super::page::redirect::redirects;
use super::place::Place;
use super::{Plan, html};

/// A sitemap may name so many pages.
const MOST: usize = 50_000;

/// What a meta tag cannot say stands here besides what every page says of itself.
const HEADERS: &str = "\
/*
  Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Cross-Origin-Opener-Policy: same-origin
";

/// Comes last: the list is of what was planned before.
pub(super) fn plan(plan: &mut Plan<'_>) {
    let url = plan.edition.url();
    let moved: Vec<String> =
        redirects(plan.edition).iter().map(|(old, _)| Place::of("node", old).path().to_owned()).collect();
    let is_page = |path: &&String| path.ends_with(".html") && *path != missing::PATH && !moved.contains(path);
    let mut pages: Vec<String> = plan.files.iter().map(|file| &file.path).filter(is_page).cloned().collect();
    pages.sort();
    pages.truncate(MOST);
    let mut robots = "User-agent: *\nAllow: /\n".to_owned();
    if let Some(url) = url {
        robots.push_str(&format!("Sitemap: {url}sitemap.xml\n"));
        plan.file("sitemap.xml", move |_| sitemap(&url, &pages).into_bytes());
    }
    plan.file("robots.txt", move |_| robots.clone().into_bytes());
    plan.file("_headers", |_| HEADERS.as_bytes().to_vec());
}

fn sitemap(url: &str, pages: &[String]) -> String {
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n".to_owned();
    for page in pages {
        out.push_str("<url><loc>");
        html::escape(&mut out, url);
        html::escape(&mut out, page);
        out.push_str("</loc></url>\n");
    }
    out.push_str("</urlset>\n");
    out
}
