/* Photos are made smaller on the phone before they are sent: the network on a site is poor.
   Time and place, which the phone wrote into the photo, are carried over into the smaller one;
   only the turn is set upright, because the canvas has turned the picture already.
   A photo that cannot be made smaller is sent as it is. */
"use strict";

(function () {
  const LONGEST = 1600;
  const QUALITY = 0.82;

  function exifOf(bytes) {
    const view = new DataView(bytes);
    let at = 2;
    while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
      const marker = view.getUint8(at + 1);
      if (marker === 0xda || marker === 0xd9) return null;
      const size = view.getUint16(at + 2);
      if (marker === 0xe1 && at + 10 <= view.byteLength && view.getUint32(at + 4) === 0x45786966) {
        return new Uint8Array(bytes.slice(at, at + 2 + size));
      }
      at += 2 + size;
    }
    return null;
  }

  function setUpright(segment) {
    const view = new DataView(segment.buffer);
    const start = 10;
    const little = view.getUint16(start) === 0x4949;
    const first = start + view.getUint32(start + 4, little);
    const count = view.getUint16(first, little);
    for (let place = 0; place < count; place += 1) {
      const entry = first + 2 + 12 * place;
      if (view.getUint16(entry, little) === 0x0112) view.setUint16(entry + 8, 1, little);
    }
    return segment;
  }

  async function shrink(file) {
    if (file.type !== "image/jpeg") return file;
    const bytes = await file.arrayBuffer();
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size < 1048576) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    const exif = exifOf(bytes);
    const parts = exif ? [small.slice(0, 2), setUpright(exif), small.slice(2)] : [small];
    const made = new Blob(parts, { type: "image/jpeg" });
    return made.size < file.size ? new File([made], "photo.jpg", { type: "image/jpeg" }) : file;
  }

  document.querySelectorAll("input[data-shrink]").forEach((input) => {
    input.addEventListener("change", async (event) => {
      if (event.detail === "shrunk" || !window.DataTransfer || !window.createImageBitmap) return;
      const button = input.form && input.form.querySelector("button[type=submit]");
      if (button) button.disabled = true;
      const files = new DataTransfer();
      for (const file of input.files) {
        let kept = file;
        try {
          kept = await shrink(file);
        } catch {
          kept = file;
        }
        files.items.add(kept);
      }
      input.files = files.files;
      if (button) button.disabled = false;
      input.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "shrunk" }));
    });
  });
})();
