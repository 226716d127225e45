const KEY = "cae-visitor"

// What the tab keeps wins over what the server made up: the tab was here before.
export default function ({ data, setStateValue }) {
    let kept
    try {
        kept = sessionStorage.getItem(KEY)
        if (!/^[0-9a-f]{32}$/.test(kept)) sessionStorage.setItem(KEY, (kept = data.visitor))
    } catch {
        return // a browser that keeps nothing: after a reload it is another visitor
    }
    if (kept !== data.visitor) setStateValue("kept", kept)
}
