import "./styles/tokens.css";
import "./styles/base.css";
import "./components/page.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { inPlace } from "./config/server";
import { newRouter } from "./app/router";
import { Live } from "./lib/live";
import { LiveContext } from "./lib/live-context";
import { newQueryClient } from "./lib/queries";
import { applyTheme } from "./lib/theme";

function show(): void {
  applyTheme();
  const queries = newQueryClient();
  const live = new Live(queries);
  live.start();

  const place = document.getElementById("root");
  if (!place) throw new Error("index.html has no #root");
  createRoot(place).render(
    <QueryClientProvider client={queries}>
      <LiveContext.Provider value={live}>
        <RouterProvider router={newRouter()} />
      </LiveContext.Provider>
    </QueryClientProvider>,
  );
}

const elsewhere = inPlace(location);
if (elsewhere === null) show();
else location.replace(elsewhere);
