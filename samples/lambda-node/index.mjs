export const handler = async (event, context) => {
  const name = event.queryStringParameters?.name ?? "world";
  console.log("greeting", name);
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    cookies: [`name=${encodeURIComponent(name)}`],
    body: JSON.stringify({ message: `Hello, ${name}!`, function: context.functionName }),
  };
};
