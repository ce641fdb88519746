import { applyDecorators, SerializeOptions } from '@nestjs/common'
import { ApiOperation, ApiResponse } from '@nestjs/swagger'
import { z } from 'zod'

/**
 * Says in one line what a route does and what it answers. The schema both documents the answer and
 * cuts it down: a column that the schema does not name never leaves the server.
 */
export function Answers(summary: string, schema?: z.ZodType, status = 200): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status, description: summary, ...(schema ? { standardSchema: schema } : {}) }),
    // Nest takes a list apart and serialises its items one by one.
    ...(schema ? [SerializeOptions({ schema: itemSchema(schema) })] : []),
  )
}

function itemSchema(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodArray ? (schema.element as z.ZodType) : schema
}
