"""The checks of the proof, which run in a process of their own with torch.

They import only torch and the standard library, and share no code with the styles. The
package uses relative imports, so that it needs nothing else of mlpgen.
"""
