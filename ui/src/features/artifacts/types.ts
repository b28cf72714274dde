export type { Artifact, ArtifactOverview, ArtifactRow } from "@/api/schema";
