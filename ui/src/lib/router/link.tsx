import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from "react";
import { type Going, hrefOf, navigate, type Place, prepare } from "./history";

/** How long a pointer rests on a link before its page is prepared, in ms. */
const intent = 50;

type Props<P extends string> = Place<P> & Going & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href" | "target"> & {
  children?: ReactNode;
  /** False prepares nothing when the pointer is on it. */
  preload?: boolean;
};

/** A link to a page of ours: an ordinary one, which loads no other document. */
export function Link<P extends string>(props: Props<P>) {
  const { to, params, search, replace = false, resetScroll = true, preload = true, onClick, ...rest } = props as Props<string>;
  const place: Place = { to, ...(params && { params }), ...(search && { search }) };
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void navigate({ ...place, replace, resetScroll });
  };
  const path = () => hrefOf({ to, ...(params && { params }) });
  const await_ = (event: MouseEvent<HTMLAnchorElement>) => {
    const link = event.currentTarget;
    setTimeout(() => { if (link.matches(":hover")) prepare(path()); }, intent);
  };
  return <a {...rest} href={hrefOf(place)} onClick={go} {...(preload && { onMouseEnter: await_, onFocus: () => prepare(path()), onTouchStart: () => prepare(path()) })} />;
}
