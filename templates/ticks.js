// Keeps the ticks of a checklist on the reader's device, for each day, week or run; where storage is blocked they last as long as the page.
(() => {
  "use strict";
  const bar = document.querySelector(".keeping");
  const boxes = [...document.querySelectorAll('main input[type="checkbox"]')];
  const groups = [...document.querySelectorAll("tbody[data-day]")];
  const date = bar.querySelector('input[type="date"]');
  const weekly = bar.dataset.period === "week";
  const run = bar.dataset.period === "run";
  const DAY = 86400000, OLD = 92 * DAY, OLD_RUN = 400 * DAY;

  const iso = (time) => new Date(time).toISOString().slice(0, 10);
  const today = () => iso(Date.now() - new Date().getTimezoneOffset() * 60000);
  const weekday = (day) => (new Date(day).getUTCDay() + 6) % 7;
  const sheet = () => {
    const day = date.value || today();
    return weekly ? iso(Date.parse(day) - weekday(day) * DAY) : day;
  };
  // The sheet of a run is opened on many days: the day on which it began is remembered.
  const begun = `${bar.dataset.keeps} begun`;
  const key = () => `${bar.dataset.keeps} ${sheet()}`;

  const store = (() => {
    try {
      const found = window.localStorage;
      found.setItem("sopkit", "");
      found.removeItem("sopkit");
      return found;
    } catch {
      return null;
    }
  })();
  const memory = new Map();
  const read = (name) => (store ? store.getItem(name) : memory.get(name)) || "";
  const write = (name, value) => {
    memory.set(name, value);
    try {
      if (store) store.setItem(name, value);
    } catch {
      say(false);
    }
  };
  const say = (kept) => {
    bar.querySelector(".kept").hidden = !kept;
    bar.querySelector(".not-kept").hidden = kept;
  };
  const sweep = () => {
    if (!store) return;
    for (const name of Object.keys(store)) {
      const day = name.startsWith("sopkit ") ? Date.parse(name.slice(-10)) : NaN;
      if (day < Date.parse(today()) - (/ run /.test(name) ? OLD_RUN : OLD)) store.removeItem(name);
    }
  };

  const shown = () => boxes.filter((box) => !box.closest(".other-day"));
  const count = () => {
    const due = shown().filter((box) => !box.closest("[data-uncounted]"));
    bar.querySelector(".count").textContent = `${due.filter((box) => box.checked).length} / ${due.length}`;
  };
  const save = () => {
    if (run) write(begun, sheet());
    write(key(), boxes.flatMap((box, place) => (box.checked ? [place] : [])).join(","));
    count();
  };
  const load = () => {
    const ticked = new Set(read(key()).split(",").filter(Boolean).map(Number));
    boxes.forEach((box, place) => { box.checked = ticked.has(place); });
    for (const group of groups) {
      group.classList.toggle("other-day", !weekly && !run && Number(group.dataset.day) !== weekday(sheet()));
      const table = group.closest("table");
      table.classList.toggle("other-day", !table.querySelector("tbody:not(.other-day)"));
    }
    count();
  };

  date.value = (run && (read(begun) || bar.dataset.begins)) || today();
  date.addEventListener("change", () => {
    if (run) write(begun, date.value);
    load();
  });
  for (const box of boxes) box.addEventListener("change", save);
  bar.querySelector("button").addEventListener("click", () => {
    for (const box of shown()) box.checked = false;
    save();
  });
  say(Boolean(store));
  sweep();
  bar.hidden = false;
  load();
})();
