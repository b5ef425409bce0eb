/* The console's own script: everything essential works without it. Each part looks for what it needs in the page. */
import { watchDesk } from "./live.js";
import { bePresent, signalLife } from "./presence.js";
import { useModels } from "./models.js";
import { useShortcuts } from "./shortcuts.js";
import { talkLive } from "./talk.js";
import { countChosen } from "./chosen.js";

useShortcuts();
useModels();
countChosen();
bePresent();
signalLife();
talkLive();
watchDesk();
