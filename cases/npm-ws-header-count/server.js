// A WebSocket server that says one word and closes.
const { WebSocketServer } = require(process.argv[2]);

const server = new WebSocketServer({ host: "127.0.0.1", port: 8080 });
server.on("connection", (socket) => {
  socket.send("hello");
  socket.close();
});
