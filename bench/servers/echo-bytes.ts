import { createServer } from "node:net";
import process from "node:process";

/** Sends back whatever comes: the second of the two processes. */
createServer((socket) => {
  socket.on("data", (bytes) => socket.write(bytes));
}).listen(process.argv[2], () => process.send?.("listening"));

// Its parent has gone, by whatever death.
process.on("disconnect", () => process.exit(0));
