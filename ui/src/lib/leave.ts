import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "./router";

/**
 * Deletes what a page is about and leads to another one. The page is left before, so that it does not ask for what
 * is gone, whatever it hears meanwhile; what is shown then is read again.
 */
export function useDeletion(): (to: string, remove: () => Promise<void>, params?: Record<string, string>) => Promise<void> {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return async (to, remove, params = {}) => {
    await navigate({ to, params });
    await remove();
    await queries.invalidateQueries();
  };
}
