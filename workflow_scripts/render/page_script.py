"""What the gallery's page does: search and filters that stand in its address, the keyboard, one video at a time."""

SCRIPT = """
"use strict";
const cards = [...document.querySelectorAll("figure")], sections = [...document.querySelectorAll("section")];
const search = document.getElementById("search"), clear = document.getElementById("clear");
const filters = [...document.querySelectorAll("select")], count = document.getElementById("count");
const playButton = (card) => card.querySelector(".play"), shown = () => cards.filter((card) => !card.hidden);

// ---- what is shown, and the address that says so ----

const plain = (text) => text.normalize("NFKD").replace(/\\p{M}/gu, "").toLowerCase();
const words = new Map(cards.map((card) => [card, plain(card.dataset.words)]));

function apply() {
  const wanted = plain(search.value).split(/\\s+/).filter(Boolean);
  for (const card of cards) {
    card.hidden = !(
      filters.every((filter) => !filter.value || card.dataset[filter.name] === filter.value) &&
      wanted.every((word) => words.get(card).includes(word))
    );
    if (card.hidden) card.querySelector("video").pause();
  }
  for (const section of sections) section.hidden = !section.querySelector("figure:not([hidden])");
  const number = shown().length, all = cards.length;
  count.textContent = number === all ? `${all} ${all === 1 ? "video" : "videos"}` : `${number} of ${all} videos`;
  document.getElementById("none").hidden = number > 0 || !all;
  clear.hidden = number === all && !search.value && filters.every((filter) => !filter.value);
}

function remember() {
  const state = new URLSearchParams();
  for (const field of [search, ...filters]) if (field.value) state.set(field.name, field.value);
  const fragment = String(state) ? `#${state}` : "#";
  if (location.hash !== (String(state) ? fragment : "")) location.replace(fragment);
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1));
  search.value = state.get("search") ?? "";
  for (const filter of filters) {
    const value = state.get(filter.name) ?? "";
    filter.value = [...filter.options].some((option) => option.value === value) ? value : "";
  }
  apply();
}

function changed() {
  apply();
  remember();
}

search.oninput = changed;
for (const filter of filters) filter.onchange = changed;
clear.onclick = () => {
  for (const field of [search, ...filters]) field.value = "";
  changed();
  search.focus();
};
addEventListener("hashchange", recall);
recall();

// ---- one video plays at a time, with its sound ----

for (const card of cards) {
  const video = card.querySelector("video"), button = playButton(card), done = card.querySelector(".done");
  // Another video that was started at once stops this one before it plays: no error.
  const started = () => video.play().catch((error) => {
    if (error.name !== "AbortError") throw error;
  });
  button.onclick = () => (video.paused ? started() : video.pause());
  video.onplay = () => {
    card.classList.add("on");
    button.setAttribute("aria-pressed", "true");
    for (const other of document.querySelectorAll("video")) if (other !== video) other.pause();
  };
  video.onpause = () => {
    card.classList.remove("on");
    button.setAttribute("aria-pressed", "false");
  };
  video.ontimeupdate = () => (done.style.transform = `scaleX(${video.currentTime / (video.duration || 1)})`);
}

// ---- the keyboard ----

// The card beside, above or below: the nearest one in that direction.
function neighbour(from, key) {
  const visible = shown(), place = visible.indexOf(from);
  if (key === "ArrowLeft" || key === "ArrowRight") return visible[place + (key === "ArrowRight" ? 1 : -1)];
  const own = from.getBoundingClientRect(), down = key === "ArrowDown" ? 1 : -1;
  const middle = own.left + own.width / 2;
  let best, least = Infinity;
  for (const card of visible) {
    const box = card.getBoundingClientRect(), rows = down * (box.top - own.top);
    const away = rows + Math.abs(box.left + box.width / 2 - middle) / 1000;
    if (rows > 8 && away < least) [best, least] = [card, away];
  }
  return best;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { key, target } = event, typing = target === search, choosing = target.closest("select");
  if (key === "Escape") {
    if (typing && search.value) {
      search.value = "";
      changed();
    } else {
      for (const video of document.querySelectorAll("video")) video.pause();
      if (typing && shown().length) playButton(shown()[0]).focus();
    }
  } else if (key === "/" && !typing && !choosing) {
    search.focus();
    search.select();
  } else if (typing && (key === "Enter" || key === "ArrowDown") && shown().length) {
    playButton(shown()[0]).focus();
  } else if (/^(Arrow|Home$|End$)/.test(key) && !typing && !choosing) {
    const card = target.closest("figure"), visible = shown();
    const ends = { Home: visible[0], End: visible.at(-1) };
    const next = key in ends ? ends[key] : card ? neighbour(card, key) : visible[0];
    if (!next) return;
    playButton(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  } else return;
  event.preventDefault();
});
"""
