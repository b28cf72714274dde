import { Component, type ReactNode } from "react";
import { statusOf } from "@/api/errors";
import { Empty, Failure } from "@/components/views";
import { type Shown, useShown } from "@/lib/router";

/** The page of the URL, or what is wrong with it. */
export function Outlet() {
  const shown = useShown();
  if (shown.error) return <Broken error={shown.error} reset={() => location.reload()} />;
  if (shown.page === undefined) return null; // it is on its way
  if (!shown.page) return <Empty title="There is no such page" icon="search">The address is of no page of this server.</Empty>;
  return <Boundary shown={shown}><shown.page /></Boundary>;
}

/** In the place of a page that failed. A part that did not arrive is asked for again by a new page alone. */
function Broken({ error, reset }: { error: Error; reset: () => void }) {
  return <Failure error={error} onRetry={statusOf(error) === 0 ? () => location.reload() : reset} />;
}

interface Failed {
  error: Error | null;
  /** What was shown when it failed. */
  at: Shown | null;
}

interface BoundaryProps {
  shown: Shown;
  children: ReactNode;
}

/** Keeps what goes wrong in a page from taking the rest with it, until it is tried again or another page is opened. */
class Boundary extends Component<BoundaryProps, Failed> {
  override state: Failed = { error: null, at: null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: unknown) {
    this.setState({ at: this.props.shown });
    console.error(error);
  }

  override componentDidUpdate() {
    if (this.state.at && this.state.at !== this.props.shown) this.reset();
  }

  reset = () => this.setState({ error: null, at: null });

  override render() {
    return this.state.error ? <Broken error={this.state.error} reset={this.reset} /> : this.props.children;
  }
}
