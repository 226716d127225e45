const KEY = "cae-visitor"

// The identity in sessionStorage is older than the one that the server has just made, so it wins.
export default function ({ data, setStateValue }) {
    let kept
    try {
        kept = sessionStorage.getItem(KEY)
        if (!/^[0-9a-f]{32}$/.test(kept)) sessionStorage.setItem(KEY, (kept = data.visitor))
    } catch {
        return // sessionStorage is blocked: a reload makes a new visitor
    }
    if (kept !== data.visitor) setStateValue("kept", kept)
}
