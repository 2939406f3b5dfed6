#!/usr/bin/env node
// Plain JavaScript for any Node from 18 on: finds the Node 24 that npm installed and starts Islet with it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import nodeModule, { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const entry = new URL("../src/cli/main.ts", import.meta.url);
// Types stripped and code compiled once are there at the next start, which takes half the time.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("../node_modules/.cache/islet", import.meta.url));
const major = Number(process.versions.node.split(".")[0]);

if (major === 24) {
  nodeModule.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import(entry.href);
} else {
  const node = installedNode();
  if (node) runWith(node);
  else if (major > 24) await import(entry.href);
  else {
    console.error(
      `Islet needs Node 24, and this is Node ${process.versions.node}; run "npm install", which brings it along.`,
    );
    process.exitCode = 1;
  }
}

function installedNode() {
  const { resolve } = createRequire(import.meta.url);
  try {
    const manifest = resolve(`node-${process.platform}-${process.arch}/package.json`);
    const node = join(dirname(manifest), "bin", "node");
    return existsSync(node) ? node : null;
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
}

function runWith(node) {
  const child = spawn(node, [fileURLToPath(entry), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both processes by itself.
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.on("error", (error) => {
    console.error(`Islet needs Node 24, and ${node} cannot be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal]);
  });
}
