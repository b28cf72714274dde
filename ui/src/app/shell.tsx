
import { useEffect, useState, useSyncExternalStore } from "react";
import { onPassword, password, setPassword } from "@/api/password";
import { IconButton } from "@/components/button";
import { Icon } from "@/components/icon";
import { Menu } from "@/components/menu";
import { Toasts } from "@/components/toast";
import { server } from "@/config/server";
import { isTyping } from "@/lib/is-typing";
import { isBelow, Link, useNavigate, useShown } from "@/lib/router";
import { whyNot } from "@/lib/read-only";
import { setTheme, theme, type Theme, themes } from "@/lib/theme";
import { Connection } from "./connection";
import { KeysDialog } from "./keys-dialog";
import { Login } from "./login";
import { pages } from "./nav";
import { NotUpdated } from "./not-updated";
import { Outlet } from "./outlet";
import { Palette } from "./palette";
import "./shell.css";

export function Shell() {
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  const secret = useSyncExternalStore(onPassword, password);
  const { path } = useShown();
  useShellKeys(setOpen);
  if (server.auth && secret === null) return <Login />;
  return (
    <div className="shell">
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>Skip to the page</a>
      <nav className="nav" aria-label="Pages">
        <Link to="/" className="brand"><Mark /><span>Reeve</span></Link>
        <button type="button" className="find" onClick={() => setOpen("palette")} aria-label="Find anything">
          <Icon name="search" /><span>Find</span><kbd>Ctrl K</kbd>
        </button>
        <ul>
          {pages.map(({ to, label, icon }) => (
            <li key={to}><Link to={to} aria-current={(to === "/" ? path === to : isBelow(path, to)) ? "page" : undefined}><Icon name={icon} /><span>{label}</span></Link></li>
          ))}
        </ul>
        <div className="nav-foot">
          <Connection />
          {whyNot !== undefined && <span className="only-look" title={whyNot}><Icon name="eye" size={14} />Only to look at</span>}
          <div className="buttons">
            <ThemeMenu />
            {server.auth && <IconButton label="Log out" icon="out" onClick={() => setPassword(null)} />}
          </div>
        </div>
      </nav>
      <main id="main" tabIndex={-1}><NotUpdated /><Outlet /></main>
      <Toasts />
      {open === "palette" && <Palette onClose={() => setOpen(null)} />}
      {open === "keys" && <KeysDialog onClose={() => setOpen(null)} />}
    </div>
  );
}

/** Ctrl-K and / find, ? explains, g and a letter go to a page. */
function useShellKeys(setOpen: (what: "palette" | "keys") => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let went = 0;
    const handle = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen("palette");
        return;
      }
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const page = Date.now() - went < 1000 ? pages.find(({ key }) => key === event.key) : undefined;
      if (page) void navigate({ to: page.to });
      else if (event.key === "/") { event.preventDefault(); setOpen("palette"); }
      else if (event.key === "?") setOpen("keys");
      went = event.key === "g" ? Date.now() : 0;
    };
    document.addEventListener("keydown", handle);
    return () => document.removeEventListener("keydown", handle);
  }, [navigate, setOpen]);
}

const themeLooks: Record<Theme, { label: string; icon: "screen" | "sun" | "moon" }> = {
  system: { label: "As the system", icon: "screen" },
  light: { label: "Light", icon: "sun" },
  dark: { label: "Dark", icon: "moon" },
};

function ThemeMenu() {
  const [now, setNow] = useState(theme);
  return (
    <Menu label="Colours" look="quiet" square icon={themeLooks[now].icon}
      items={themes.map((each) => ({ ...themeLooks[each], checked: each === now, onPick: () => { setTheme(each); setNow(each); } }))} />
  );
}

/** The mark: three bars of a timeline. */
function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <rect x="2" y="3" width="10" height="3.5" rx="1.75" fill="var(--accent)" />
      <rect x="6" y="8.25" width="12" height="3.5" rx="1.75" fill="var(--completed)" />
      <rect x="4" y="13.5" width="7" height="3.5" rx="1.75" fill="var(--late)" />
    </svg>
  );
}
