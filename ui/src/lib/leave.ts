import { useRouter } from "@tanstack/react-router";

/**
 * Deletes what a page is about and leads to another one. That one is loaded before, so that the page is left at once
 * and does not ask for what is gone when it hears of it.
 */
export function useDeletion(): (to: string, remove: () => Promise<void>) => Promise<void> {
  const router = useRouter();
  return async (to, remove) => {
    await router.preloadRoute({ to });
    await remove();
    await router.navigate({ to });
  };
}
