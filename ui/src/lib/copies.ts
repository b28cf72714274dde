/** How the copy of a database stands, as the server's backup reports it. */
export interface Copy {
  database: string;
  url: string;
  /** All that was written until then is in the copy. */
  until: string | null;
  pending: boolean;
  error: string | null;
  failing_since: string | null;
}

/** The copies of a report; the server writes them as its backup has them. */
export function copiesOf({ databases }: { databases: unknown[] }): Copy[] {
  return databases as Copy[];
}
