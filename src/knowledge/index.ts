export { type ChunkedDocument, chunkDocument, type SourceDocument } from './chunking/chunk-document.ts'
export type { DocumentRepository, KnowledgeDocument } from './documents.ts'
export { createEmbeddedIndex, type EmbeddedIndex } from './embedded-index/embedded-index.ts'
export { createLocalEmbedder } from './embedding/local-embedder.ts'
export {
  createKnowledge,
  type FileOutcome,
  type FolderReport,
  type Ingested,
  type Knowledge,
  type KnowledgeHit,
  type NewDocument,
  type SearchOptions,
  type SearchResult,
} from './knowledge.ts'
