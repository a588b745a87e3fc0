// The theme that a reader chose, before anything is painted. Without a choice the system's is taken.
"use strict";
(() => {
  let theme = null;
  try { theme = localStorage.getItem("theme"); } catch { /* Storage may be closed to pages from the disk. */ }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
