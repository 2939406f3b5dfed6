import validate from "./order.schema.json";

export default {
  async fetch(request) {
    const order = await request.json();
    const valid = validate(order);
    const errors = validate.errors?.map(({ instancePath, keyword }) => [instancePath, keyword]);
    return Response.json({ valid, errors, order });
  },
};
