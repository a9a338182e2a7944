// A picture of the contact sheet, large; another click or Escape puts it back.
const dialog = document.querySelector("dialog");
for (const button of document.querySelectorAll(".sheet button")) {
  button.addEventListener("click", () => {
    const picture = button.querySelector("img");
    dialog.querySelector("img").src = picture.src;
    dialog.querySelector("img").alt = dialog.querySelector("p").textContent = picture.alt;
    dialog.showModal();
  });
}
dialog.addEventListener("click", () => dialog.close());
