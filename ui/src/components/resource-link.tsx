import { Link } from "@/lib/router";
import { nameOf, placeOf, type Resource } from "@/lib/resources";

/** What an event speaks of, as a link to its page when it has one; `title` is what people call it. */
export function ResourceLink({ resource, title }: { resource: Resource; title?: string | undefined }) {
  const name = title || nameOf(resource);
  const place = placeOf(resource);
  const id = resource["prefect.resource.id"];
  if (!place) return <span className="cut" title={id}>{name}</span>;
  return <Link className="cut" to={place.to} params={place.params} {...(place.search && { search: place.search })} title={id}>{name}</Link>;
}
