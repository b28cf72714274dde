import "./styles/tokens.css";
import "./styles/base.css";
import "./components/page.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { basePath, inPlace, server } from "./config/server";
import { home } from "./features/home/api/get-home";
import { password } from "./api/password";
import { routes } from "./app/routes";
import { Shell } from "./app/shell";
import { Live } from "./lib/live";
import { LiveContext } from "./lib/live-context";
import { newQueryClient } from "./lib/queries";
import { startHistory } from "./lib/router";
import { applyTheme } from "./lib/theme";

function show(): void {
  applyTheme();
  const queries = newQueryClient();
  // The first page is asked for before it is drawn: on a slow line both take their time.
  if (location.pathname === `${basePath}/` && !(server.auth && password() === null)) void queries.query(home).catch(() => undefined); // the page says what is wrong
  const live = new Live(queries);
  live.start();

  startHistory(routes);

  const place = document.getElementById("root");
  if (!place) throw new Error("index.html has no #root");
  createRoot(place).render(
    <QueryClientProvider client={queries}>
      <LiveContext.Provider value={live}>
        <Shell />
      </LiveContext.Provider>
    </QueryClientProvider>,
  );
}

const elsewhere = inPlace(location);
if (elsewhere === null) show();
else location.replace(elsewhere);
