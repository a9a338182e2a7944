// A client of `mien live --serve 8765`, for a page or for Node (22, or 20 with
// --experimental-websocket): node live_client.js [ws://127.0.0.1:8765]
// A page must come from localhost, or be named: mien live --serve 8765 --origin https://example.org

const address = globalThis.process?.argv[2] ?? "ws://127.0.0.1:8765";

// What to print about a message; null: nothing.
function told(message) {
  if (message.type === "frame" && message.aus !== null) {
    const smile = ((message.aus.AU12L ?? 0) + (message.aus.AU12R ?? 0)) / 2; // null: hidden
    return `${message.time.toFixed(2)} s  smile ${smile.toFixed(2)} ${"#".repeat(Math.round(8 * smile))}`;
  }
  if (message.type === "event") {
    const units = Object.keys(message.aus).join(", ");
    return `${message.onset.toFixed(2)} s  ${message.kind}: ${units} (${Math.round(message.delay)} ms)`;
  }
  if (message.type === "status" && message.source !== "ok") {
    return `the source is ${message.source}`;
  }
  return null;
}

// Comes back by itself where mien is started again.
function listen(wait = 500) {
  const server = new WebSocket(address);
  let next = Math.min(2 * wait, 8000);
  server.onopen = () => { next = 500; };
  server.onmessage = ({ data }) => {
    const line = told(JSON.parse(data));
    if (line !== null) console.log(line);
  };
  server.onclose = () => setTimeout(() => listen(next), wait);
}

listen();
