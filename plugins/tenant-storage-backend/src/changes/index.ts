export { quotaFactsOf } from './quotaFacts';
export { quotaPreview } from './quotaPreview';
export { ManifestRepositories } from './repositories';
export { storageChangePreview } from './storageChangePreview';
export { underClusterFactsOf } from './underClusterFacts';
