//! What all connections share: what there is to see now, how often it changed, and how many seats are left.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Shown;
use super::answer::seal;
use crate::disk;

/// The most connections at a time.
const SEATS: usize = 64;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) port: u16,
    now: Mutex<Now>,
    /// Rings when `now` is another one, and when a waiting connection may have been closed.
    bell: Condvar,
    taken: AtomicUsize,
}

#[derive(Debug)]
struct Now {
    scene: Arc<Scene>,
    has_ended: bool,
}

/// What there is to see between two changes.
#[derive(Debug, Default)]
pub(super) struct Scene {
    /// How often there was something else to see.
    pub(super) counter: u64,
    /// Its files are in order.
    pub(super) shown: Shown,
    /// Stands for the bytes of all assets: they are part of how every page looks.
    pub(super) assets: String,
}

impl Hub {
    pub(super) fn new(port: u16) -> Self {
        let now = Mutex::new(Now { scene: Arc::default(), has_ended: false });
        Self { port, now, bell: Condvar::new(), taken: AtomicUsize::new(0) }
    }

    pub(super) fn show(&self, mut shown: Shown) -> u64 {
        if !shown.files.is_sorted() {
            let mut files = shown.files.to_vec();
            files.sort();
            shown.files = files.into();
        }
        let assets = assets(&shown);
        let mut now = self.lock();
        let counter = now.scene.counter + 1;
        now.scene = Arc::new(Scene { counter, shown, assets });
        self.bell.notify_all();
        counter
    }

    pub(super) fn scene(&self) -> Arc<Scene> {
        Arc::clone(&self.lock().scene)
    }

    pub(super) fn end(&self) {
        self.lock().has_ended = true;
        self.bell.notify_all();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.lock().has_ended
    }

    /// Wakes all that wait, so that they look whether there is still somebody at the other end.
    pub(super) fn ring(&self) {
        // With the lock, so that nobody is between looking and waiting.
        let _now = self.lock();
        self.bell.notify_all();
    }

    /// Waits for another counter than this one. None if the time is up, the server ends, or `is_over` says so.
    pub(super) fn wait(&self, seen: u64, time: Duration, is_over: impl Fn() -> bool) -> Option<u64> {
        let is_same = |now: &mut Now| now.scene.counter == seen && !now.has_ended && !is_over();
        let waited = self.bell.wait_timeout_while(self.lock(), time, is_same);
        let (now, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (now.scene.counter != seen).then_some(now.scene.counter)
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn assets(shown: &Shown) -> String {
    let paths = shown.files.iter().filter(|path| path.starts_with("assets/"));
    let parts: Vec<Vec<u8>> = paths
        .flat_map(|path| [path.clone().into_bytes(), disk::listed(&shown.folder, path).unwrap_or_default()])
        .collect();
    seal(parts.iter().map(Vec::as_slice))
}

/// The place of a connection. Dropped, it is free again.
pub(super) struct Seat(Arc<Hub>);

impl Seat {
    /// A place, if there is one.
    pub(super) fn take(hub: &Arc<Hub>) -> Option<Self> {
        let more = |taken: usize| (taken < SEATS).then_some(taken + 1);
        hub.taken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).ok()?;
        Some(Self(Arc::clone(hub)))
    }

    pub(super) fn hub(&self) -> &Hub {
        &self.0
    }

    pub(super) fn shared(&self) -> Arc<Hub> {
        Arc::clone(&self.0)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::SeqCst);
    }
}
