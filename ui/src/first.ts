/**
 * Asks for what a list shows while the rest of the page is on its way: this part is small and comes before it, and a round of a
 * slow line costs as much as 30 KB.
 */
import { early } from "./api/client";
import { firstAsks } from "./app/first-asks";
import { basePath } from "./config/server";
import { readQuery } from "./lib/router/address";

const asks = firstAsks[location.pathname.slice(basePath.length).replace(/(.)\/$/, "$1")]?.(readQuery(location.search), Date.now());
if (asks) early(asks.path, asks.body);
