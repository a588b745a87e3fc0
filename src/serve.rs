//! The server of a site on its author's own machine: pages that show themselves anew when a build has changed them.
//!
//! What a build made comes in, by [`Server::show`]; answers to this machine's own browsers go out. It listens on
//! loopback only, and answers pages of its own address only: a page from elsewhere can neither read what is here nor
//! show it in a frame. A request never becomes a path: it is looked up in the list of the files that a build made, and
//! a file of that list is read. The script that reloads pages is put into them on their way out, and is in no file.

mod answer;
mod channel;
mod connection;
mod hub;
mod kind;
mod listen;
mod request;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use self::hub::Hub;

/// A site that is served as long as this lives.
#[derive(Debug)]
pub struct Server {
    hub: Arc<Hub>,
    addresses: Vec<SocketAddr>,
}

/// What there is to see.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The folder that the last good build went into.
    pub folder: PathBuf,
    /// The files that it made, by their paths below the folder. No other is ever served.
    pub files: Arc<[String]>,
    /// The folder of the site below the root of its host, as in `/forecasts/`: some links begin with it. None, or `/`,
    /// if there is none.
    pub base: Option<String>,
    /// The page that the reader shall be led to, as a path below the folder.
    pub jump: Option<String>,
    /// Why the sources as they stand now make no site; what is shown is the last one that they made.
    pub trouble: Option<Trouble>,
}

/// Why there is no newer site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// All of it in a line, as in `2 errors, 1 warning`.
    pub summary: String,
    /// What is wrong, one by one.
    pub entries: Vec<Entry>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// `error` or `warning`.
    pub severity: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Where, as in `energy.pred:12:5`. None if it is in no file.
    pub place: Option<String>,
    /// The lines around it, as plain text with marks below them.
    pub excerpt: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

/// Why nothing can be served.
#[derive(Debug)]
pub struct ServeFault(String);

impl fmt::Display for ServeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ServeFault {}

impl Server {
    /// Listens on a port of loopback, or on the first free one from 4173 on. There is nothing to see yet.
    ///
    /// # Errors
    ///
    /// If the port is taken, or all that were tried are.
    pub fn start(port: Option<u16>) -> Result<Self, ServeFault> {
        let listeners = listen::bind(port)?;
        let addresses: Vec<SocketAddr> = listeners.iter().map(|(_, address)| *address).collect();
        let port = addresses.first().map_or(0, SocketAddr::port);
        let hub = Arc::new(Hub::new(port));
        for (listener, _) in listeners {
            listen::attend(listener, &hub)?;
        }
        Ok(Self { hub, addresses })
    }

    /// Where it listens.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The address of the front page.
    pub fn url(&self) -> String {
        format!("http://localhost:{}/", self.hub.port)
    }

    /// Shows this from now on, and lets the open pages know. To be called when all files are in their places; gives
    /// how often it was.
    pub fn show(&self, shown: Shown) -> u64 {
        self.hub.show(shown)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.hub.end();
        // A knock, so that the threads that wait for somebody look up and see that it is over.
        for address in &self.addresses {
            let _ = std::net::TcpStream::connect_timeout(address, std::time::Duration::from_millis(200));
        }
    }
}
