// A picture that is pasted anywhere on the page is given to the file uploader, as if it had been chosen there.

const INPUT = '[class*="st-key-photo-"] input[type="file"]'

const paste = (event) => {
    const input = document.querySelector(INPUT)
    const picture = Array.from(event.clipboardData?.files ?? []).find((file) => file.type.startsWith("image/"))
    if (!input || !picture) return
    event.preventDefault()
    const files = new DataTransfer()
    files.items.add(picture)
    input.files = files.files
    input.dispatchEvent(new Event("change", { bubbles: true }))
}

// Streamlit calls this whenever the page is run. The listener is added once: to add it again does nothing.
export default function () {
    window.addEventListener("paste", paste)
    return () => window.removeEventListener("paste", paste)
}
