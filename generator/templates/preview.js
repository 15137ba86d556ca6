// Asks once a second whether the notebook was built anew, and loads the page again where it was.
"use strict";
const shown = Number(document.body.dataset.version);
async function look() {
  try {
    const answer = await fetch("/version", { cache: "no-store" });
    const { version } = await answer.json();
    document.getElementById("lost").hidden = true;
    if (version !== shown) {
      location.reload();
      return;
    }
  } catch {
    document.getElementById("lost").hidden = false;
  }
  setTimeout(look, 1000);
}
setTimeout(look, 1000);
