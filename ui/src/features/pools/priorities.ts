interface Placed {
  priority: number;
}

/**
 * The priority that moves a queue to another place among its pool's, which are in the order of their priorities. The
 * server puts a queue before those that have its new priority, and they make room: to come behind one takes the next
 * number. null when it stays where it is.
 */
export function priorityAt(queues: readonly Placed[], from: number, to: number): number | null {
  const target = queues[to];
  if (!target || !queues[from] || from === to) return null;
  return to < from ? target.priority : target.priority + 1;
}

/** The order once a queue has moved: what is shown until the server has answered. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const next = [...items];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}
