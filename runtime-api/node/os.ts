export * from "unenv/node/os";
export { default } from "unenv/node/os";
