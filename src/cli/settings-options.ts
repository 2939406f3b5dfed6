import { type Command, Option } from "commander";
import { type Config, loadConfig } from "../config.ts";
import { environmentName, flagName, type Setting, settings } from "../settings.ts";

type Options = Readonly<Record<string, string | undefined>>;

const keysOf = {
  connection: ["dataDir", "controlHost", "controlPort", "token"],
  engine: ["dockerHost"],
};

/** Gives a command the flags of all settings, or of those that lead to a running server or to the container engine. */
export function addSettings(command: Command, which: "all" | keyof typeof keysOf): Command {
  command.option("--config <file>", "configuration file (islet.config.json in this directory)");
  for (const setting of settings) {
    if (which === "all" || keysOf[which].includes(setting.key)) command.addOption(optionFor(setting));
  }
  return command;
}

/** The configuration with the flags that `addSettings` has added. */
export function configFrom(options: Options): Config {
  const flags = Object.fromEntries(
    settings.map((setting) => [setting.key, options[optionFor(setting).attributeName()]]),
  );
  return loadConfig({ flags, configFile: options.config });
}

function optionFor(setting: Setting): Option {
  const value = setting.kind === "integer" || setting.kind === "count" ? "<number>" : "<text>";
  return new Option(`${flagName(setting)} ${value}`, `${setting.help} [${environmentName(setting)}]`);
}
