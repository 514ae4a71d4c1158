import { Document } from 'yaml';

/** A Kubernetes object as plain data. */
export interface NewManifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [key: string]: unknown;
}

/**
 * A new file with one object: keys in the order given, text in quotes where a YAML 1.1 reader would take it for something else.
 */
export function manifestText(manifest: NewManifest): string {
  return new Document(manifest, {
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
  }).toString({ lineWidth: 0, indentSeq: true });
}
