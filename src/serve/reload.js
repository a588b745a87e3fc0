// Shows a page anew when a build has changed it, and over it what stands in the way of a newer one. Put into pages on
// their way out by the server of `forecastc`; no file of a site holds it.
"use strict";
(() => {
  const OWN = "/.forecastc/";
  const KEPT = "forecastc-kept", CLOSED = "forecastc-closed", TAB = "forecastc-tab", LAST = "forecastc-last-tab";
  const SOON = 250, LATE = 10000, MOST = 40;
  const seal = document.currentScript.dataset.seal;

  // Storage may be shut; then the page begins at its top.
  const get = (storage, key) => { try { return window[storage].getItem(key); } catch { return null; } };
  const put = (storage, key, value) => {
    try { if (value === null) window[storage].removeItem(key); else window[storage].setItem(key, value); } catch { /* As above. */ }
  };

  // Where the reader is: what has an id and stands at the top of what is seen, and how far from there.
  const details = () => {
    const count = new Map();
    return [...document.querySelectorAll("details")].map((element) => {
      const words = element.id || (element.querySelector("summary")?.textContent ?? "").trim();
      const place = count.get(words) ?? 0;
      count.set(words, place + 1);
      return { element, name: `${words} ${place}` };
    });
  };
  const anchor = () => {
    let best = null;
    for (const element of document.querySelectorAll("main [id]")) {
      if (element instanceof SVGElement || !element.id) continue;
      const box = element.getBoundingClientRect();
      if (box.height && box.top <= 80 && (!best || box.top >= best.top)) best = { id: element.id, top: box.top };
    }
    return best;
  };
  const keep = (next) => {
    const open = details().filter(({ element }) => element.open).map(({ name }) => name);
    const kept = { url: location.href, x: scrollX, y: scrollY, open, next };
    if (scrollY > 0) kept.anchor = anchor();
    if (document.activeElement?.id) kept.focus = document.activeElement.id;
    put("sessionStorage", KEPT, JSON.stringify(kept));
    history.scrollRestoration = "manual";
  };
  const restore = () => {
    let kept = null;
    try { kept = JSON.parse(get("sessionStorage", KEPT) ?? "null"); } catch { /* Not ours. */ }
    put("sessionStorage", KEPT, null);
    if (!kept || kept.url !== location.href) return null;
    const open = new Set(kept.open);
    for (const { element, name } of details()) element.open = open.has(name);
    if (kept.focus) document.getElementById(kept.focus)?.focus({ preventScroll: true });
    let last = null;
    const go = () => {
      const there = kept.anchor && document.getElementById(kept.anchor.id);
      if (there) scrollBy({ top: there.getBoundingClientRect().top - kept.anchor.top, left: kept.x - scrollX, behavior: "instant" });
      else scrollTo({ left: kept.x, top: kept.y, behavior: "instant" });
      last = scrollY;
    };
    go();
    // What came in since may have moved it; who has scrolled since knows better.
    addEventListener("load", () => {
      if (scrollY === last) go();
      history.scrollRestoration = "auto";
    }, { once: true });
    return kept.next;
  };
  // The seal that this page was loaded for. If it has another one all the same, it is not loaded once more at once.
  let wanted = restore();

  // The tab that was used last is the one that follows.
  const tab = get("sessionStorage", TAB) ?? String(Math.random());
  put("sessionStorage", TAB, tab);
  const used = () => put("localStorage", LAST, tab);
  if (document.hasFocus() || !get("localStorage", LAST)) used();
  addEventListener("focus", used);
  addEventListener("pointerdown", used);

  // What is told over the page. It has a root of its own: the styles of the page do not reach it.
  const make = (tag, name, ...children) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...children);
    return element;
  };
  const host = make("forecastc-notice");
  const root = host.attachShadow({ mode: "open" });
  const style = make("link");
  style.rel = "stylesheet";
  style.href = `${OWN}reload.css`;
  const notice = make("div", "notice");
  root.append(style, notice);
  // It is there from the start, so that its style is too when the server is not.
  let isStyled = false;
  const reveal = () => { host.hidden = !isStyled || !notice.firstChild; };
  style.addEventListener("load", () => { isStyled = true; reveal(); focus(); });
  reveal();
  document.documentElement.append(host);

  let trouble = null, isClosed = false, isAway = false, before = null;
  const entry = (one) => {
    const item = make("li", one.severity === "warning" ? "warning" : "error");
    if (one.place) item.append(make("p", "place", make("code", "", one.place)));
    item.append(make("p", "message", make("b", "", one.severity), " ", one.message));
    if (one.excerpt) {
      const lines = make("pre", "", one.excerpt);
      lines.tabIndex = 0;
      item.append(lines);
    }
    if (one.help) item.append(make("p", "help", one.help));
    return item;
  };
  const sheet = () => {
    const title = make("h1", "", trouble.summary), close = make("button", "close", "Close ", make("kbd", "", "Esc"));
    title.id = "title";
    close.type = "button";
    close.addEventListener("click", () => toggle(true));
    const list = make("ol", "", ...trouble.entries.slice(0, MOST).map(entry));
    const more = trouble.entries.length - MOST;
    if (more > 0) list.append(make("li", "more", `and ${more} more`));
    const section = make("section", "sheet",
      make("header", "", make("div", "", title, make("p", "", "Behind this is the last page that could be built.")), close), list);
    section.setAttribute("role", "alertdialog");
    section.setAttribute("aria-labelledby", "title");
    section.tabIndex = -1;
    return make("div", "veil", section);
  };
  const pill = (name, words) => make(name, name === "button" ? "pill" : "pill away", words);
  const draw = () => {
    notice.replaceChildren();
    if (trouble && !isClosed) {
      const veil = sheet();
      veil.addEventListener("click", (event) => { if (event.target === veil) toggle(true); });
      notice.append(veil);
    } else if (trouble) {
      const open = pill("button", trouble.summary);
      open.type = "button";
      open.addEventListener("click", () => toggle(false));
      notice.append(open);
    }
    if (isAway) {
      const words = pill("p", "forecastc has stopped. This page waits for it.");
      words.setAttribute("role", "status");
      notice.append(words);
    }
    reveal();
  };
  const toggle = (closes) => {
    isClosed = closes;
    put("sessionStorage", CLOSED, closes ? JSON.stringify(trouble) : null);
    draw();
    if (closes) { before?.focus({ preventScroll: true }); before = null; }
    focus();
  };
  // Nothing is taken from who is typing.
  const focus = () => {
    const active = document.activeElement;
    if (!trouble || isClosed || (active && active !== document.body && active !== host)) return;
    before = active === host ? before : active;
    root.querySelector(".sheet")?.focus({ preventScroll: true });
  };
  const tell = (next) => {
    const text = JSON.stringify(next);
    if (text === JSON.stringify(trouble)) return;
    trouble = next;
    // Who has closed it has read it; another one is shown.
    isClosed = next !== null && get("sessionStorage", CLOSED) === text;
    draw();
    focus();
  };
  const setAway = (now) => {
    if (isAway === now) return;
    isAway = now;
    draw();
  };
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !trouble || isClosed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    toggle(true);
  }, true);

  // The channel: it gives a counter, and what that means is asked for.
  let isLeaving = false;
  const leave = (go) => {
    isLeaving = true;
    drop();
    go();
  };
  const heed = (state, mayJump) => {
    if (isLeaving) return;
    const follows = get("localStorage", LAST) ?? tab, here = location.pathname.replace(/\/$/, "/index.html");
    if (mayJump && state.jump && state.jump !== here && follows === tab && !state.trouble) {
      leave(() => location.assign(state.jump));
    } else if (state.seal && state.seal !== seal && state.seal !== wanted) {
      leave(() => { keep(state.seal); location.reload(); });
    } else {
      wanted = null;
      tell(state.trouble);
    }
  };
  let isAsking = false, asksAgain = false, jumps = false;
  const ask = async () => {
    asksAgain = isAsking;
    if (isAsking) return;
    isAsking = true;
    try {
      do {
        asksAgain = false;
        const mayJump = jumps;
        jumps = false;
        const answer = await fetch(`${OWN}state?page=${location.pathname}`, { cache: "no-store" });
        if (answer.ok) heed(await answer.json(), mayJump);
      } while (asksAgain);
    } catch { /* The channel will find out. */ }
    isAsking = false;
  };
  let channel = null, timer = 0, wait = SOON;
  const drop = () => {
    clearTimeout(timer);
    channel?.close();
    channel = null;
  };
  const connect = () => {
    if (channel || document.hidden || isLeaving) return;
    clearTimeout(timer);
    let isFirst = true;
    channel = new EventSource(`${OWN}changes`);
    channel.addEventListener("message", () => {
      // The first one tells how things stand; the next ones, that something has happened.
      if (!isFirst) jumps = true;
      isFirst = false;
      wait = SOON;
      setAway(false);
      ask();
    });
    channel.addEventListener("error", () => {
      drop();
      if (wait > SOON) setAway(true);
      timer = setTimeout(connect, wait);
      wait = Math.min(2 * wait, LATE);
    });
  };
  // A browser opens few connections to one place: tabs that nobody sees leave them to the others.
  document.addEventListener("visibilitychange", () => { if (document.hidden) drop(); else { wait = SOON; connect(); } });
  addEventListener("pagehide", drop);
  addEventListener("pageshow", connect);
  connect();
})();
