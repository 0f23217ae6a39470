/* A wall screen has nobody to press a key: it fetches newer figures by itself. */
"use strict";

(function () {
  const seconds = Number(document.currentScript.dataset.seconds);
  if (seconds > 0) window.setTimeout(() => window.location.reload(), seconds * 1000);
})();
