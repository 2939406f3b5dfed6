import type { Target } from "../target.ts";
import { archive } from "./archive.ts";
import { bundle } from "./bundle.ts";
import { container } from "./container.ts";
import { control } from "./control.ts";
import { http } from "./http.ts";
import { modules } from "./modules.ts";
import { waiting } from "./waiting.ts";
import { wire } from "./wire.ts";

export const allTargets: readonly Target[] = [bundle, wire, http, control, modules, container, archive, waiting];
