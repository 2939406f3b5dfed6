import { createServer } from "node:http";
import { json } from "node:stream/consumers";

// With enableForwardingHttpRequest a handler gets the client's request; without, JSON at the path of the function's name.
createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname.startsWith("/api/hello")) {
    const name = pathname.split("/")[3] ?? "world";
    console.log("forwarded", request.method, pathname);
    response.setHeader("content-type", "text/plain");
    response.end(`Hello, ${decodeURIComponent(name)}!\n`);
  } else if (pathname === "/hello") {
    const { Data, Metadata } = await json(request);
    const { Method, Params } = Data.req;
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        Outputs: {
          res: { statusCode: 200, headers: { "x-method": Method }, body: `Hello, ${Params.name ?? "world"}!\n` },
        },
        Logs: [`asked as ${Metadata.sys.MethodName}`],
      }),
    );
  } else {
    response.statusCode = 404;
    response.end();
  }
}).listen(process.env.FUNCTIONS_CUSTOMHANDLER_PORT);
