"""What WeasyPrint leaves to do for a PDF that lasts and that everybody can read.

Every document: the heads of its tables say what they head, its margins are no content, its
pictures say where they are. Those that are kept also say what they are: PDF/A-3a (ISO 19005-3),
for archives, and PDF/UA-1 (ISO 14289-1), for screen readers.
"""

from collections.abc import Iterable
from typing import Any

import pydyf
from weasyprint import Document

VARIANT = "pdf/a-3a"
# PDF/UA's identifier isn't among the schemas that PDF/A knows: it has to be described beside it.
ACCESSIBLE = b"""
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1" />
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Part of ISO 14289 that it conforms to</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
RDF_ENDS = b"</rdf:RDF>"
SCOPES = {"row": "/Row", "rowgroup": "/Row", "col": "/Column", "colgroup": "/Column"}
POINTS_A_PIXEL = 0.75


def finish(document: Document, pdf: pydyf.PDF) -> None:
    """Complete the tags of a document that is about to be written (WeasyPrint's `finisher`)."""
    _say_what_heads_say(document)
    _leave_margins_out(pdf)
    _say_where_pictures_are(pdf)


def finish_kept(document: Document, pdf: pydyf.PDF) -> None:
    """Complete a document that is kept: it says that it is accessible, beside archival."""
    finish(document, pdf)
    metadata = _object(pdf, pdf.catalog["Metadata"])
    [told] = metadata.stream
    metadata.stream = [told.replace(RDF_ENDS, ACCESSIBLE + RDF_ENDS)]


def _object(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _say_what_heads_say(document: Document) -> None:
    """Give each head of a table its scope: for WeasyPrint all but a row's head a column."""
    for page in document.pages:
        for box in page._page_box.descendants():
            tag = getattr(box, "mark", None)
            if tag is None:
                continue
            # A group's head would be listed as a head of all groups; a scope says it rightly.
            tag.pop("ID", None)
            tag["A"].pop("Headers", None)
            if tag["S"] == "/TH":
                tag["A"]["Scope"] = SCOPES[box.element.get("scope", "col")]


def _leave_margins_out(pdf: pydyf.PDF) -> None:
    """Make artifacts of the heads and feet of pages, whose tags hang on no tree."""
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    tree = set(_branches(pdf, root["K"]))
    by_page = _object(pdf, root["ParentTree"])["Nums"]
    for number, tags in zip(by_page[::2], by_page[1::2], strict=True):
        # What isn't a list stands for a link; pages come first.
        if not isinstance(tags, pydyf.Array):
            continue
        left_out = {place for place, reference in enumerate(tags) if reference not in tree}
        for place in left_out:
            tags[place] = "null"
        page = _object(pdf, pdf.page_references[number])
        drawn = _object(pdf, page["Contents"]).stream
        for at, item in enumerate(drawn):
            if isinstance(item, pydyf.Dictionary) and item.get("MCID") in left_out:
                drawn[at - 1 : at + 1] = ["/Artifact", pydyf.Dictionary({"Type": "/Pagination"})]


def _branches(pdf: pydyf.PDF, children: Iterable[bytes | int]) -> Iterable[bytes]:
    """Yield the references of tags and of all below them; a number is content."""
    for child in children:
        if isinstance(child, bytes):
            yield child
            yield from _branches(pdf, _object(pdf, child).get("K", ()))


def _say_where_pictures_are(pdf: pydyf.PDF) -> None:
    """Count where a picture stands from the foot of its page, in points, as PDF does."""
    for tag in pdf.objects:
        if isinstance(tag, pydyf.Dictionary) and tag.get("S") == "/Figure":
            height = _object(pdf, tag["Pg"])["MediaBox"][3]
            left, top, right, bottom = (length * POINTS_A_PIXEL for length in tag["A"]["BBox"])
            tag["A"]["BBox"] = pydyf.Array([left, height - bottom, right, height - top])
