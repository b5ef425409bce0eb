/* The console's own script: everything essential works without it. Each part looks for what it needs in the page. */
import { watchDesk } from "./live.js";
import { bePresent, signalLife } from "./presence.js";
import { useModels } from "./models.js";
import { useShortcuts } from "./shortcuts.js";
import { talkLive } from "./talk.js";
import { countChosen } from "./chosen.js";
import { followTrail } from "./trail.js";
import { keepTyped } from "./typed.js";

useShortcuts();
useModels();
countChosen();
followTrail();
keepTyped();
bePresent();
signalLife();
talkLive();
watchDesk();
