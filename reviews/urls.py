"""The addresses of reviews (`product.md` 5 and 6)."""

from django.urls import path

from reviews.views import browse, compare, detours, files, life, lists, results, room, scans
from reviews.views.autosave import autosave
from reviews.views.minutes import minutes
from reviews.views.notes import notes
from reviews.views.portfolio import absent_executives, late_actions, portfolio
from reviews.views.section import section

urlpatterns = [
    path("", lists.home, name="home"),
    path("portfolio/", portfolio, name="portfolio"),
    path("portfolio/late-actions/", late_actions, name="late-actions"),
    path("portfolio/absent-executives/", absent_executives, name="absent-executives"),
    path("accounts/", lists.accounts, name="account-list"),
    path("accounts/<int:pk>/", lists.account, name="account"),
    path("accounts/<int:pk>/reviews/new/", life.new, name="review-new"),
    path("accounts/<int:pk>/scorecard/", results.results, name="scorecard-results"),
    path("accounts/<int:pk>/scorecard/<int:kpi_pk>/", results.result, name="scorecard-result"),
    path("reviews/", browse.reviews, name="review-list"),
    path("reviews/export.csv", browse.as_csv, name="review-list-csv"),
    path("reviews/export.xlsx", browse.as_workbook, name="review-list-workbook"),
    path("reviews/views/", browse.save_view, name="saved-view-new"),
    path("reviews/views/<int:pk>/", browse.saved_view, name="saved-view"),
    path(
        "factor-sheets/<str:language>-<str:paper>.pdf",
        files.blank_factor_sheets,
        name="blank-factor-sheets",
    ),
    path("compare/", compare.compare, name="compare"),
    path("compare.pdf", compare.as_pdf, name="compare-pdf"),
    path("compare.xlsx", compare.as_workbook, name="compare-workbook"),
    path("reviews/<int:pk>/", life.review, name="review"),
    path("reviews/<int:pk>/plan/", life.move, name="review-move"),
    path("reviews/<int:pk>/start/", life.start, name="review-start"),
    path("reviews/<int:pk>/sitting/", life.sitting, name="review-sitting"),
    path("reviews/<int:pk>/end-early/", life.end_early, name="review-end-early"),
    path("reviews/<int:pk>/close/", life.close, name="review-close"),
    path("reviews/<int:pk>/cancel/", detours.cancel, name="review-cancel"),
    path("reviews/<int:pk>/skip/", detours.skip, name="review-skip"),
    path("reviews/<int:pk>/held-on-paper/", detours.held_on_paper, name="review-held-on-paper"),
    path("reviews/<int:pk>/undo/", detours.undo, name="review-undo"),
    path("reviews/<int:pk>/reopen/", detours.reopen, name="review-reopen"),
    path("reviews/<int:pk>/room-language/", life.speak, name="review-speak"),
    path("reviews/<int:pk>/notes/", notes, name="review-notes"),
    path("reviews/<int:pk>/minutes/", minutes, name="review-minutes"),
    path("reviews/<int:pk>/here/", room.here, name="review-here"),
    path("reviews/<int:pk>/present/", room.present, name="review-present"),
    path("reviews/<int:pk>/factor-sheets.pdf", files.factor_sheets, name="review-factor-sheets"),
    path("reviews/<int:pk>/worksheet.pdf", files.worksheet, name="review-worksheet"),
    path(
        "reviews/<int:pk>/empty-worksheet.pdf",
        files.empty_worksheet,
        name="review-empty-worksheet",
    ),
    path("reviews/<int:pk>/workbook.xlsx", files.as_workbook, name="review-workbook"),
    path(
        "reviews/<int:pk>/worksheet-<int:version>.pdf",
        files.kept_worksheet,
        name="review-worksheet-version",
    ),
    path("reviews/<int:pk>/invitation.ics", files.invitation, name="review-invitation"),
    path("reviews/<int:pk>/scans/", scans.scans, name="review-scans"),
    path("reviews/<int:pk>/scans/<int:scan_pk>/", scans.scan, name="review-scan"),
    path(
        "reviews/<int:pk>/scans/<int:scan_pk>/take-away/",
        scans.take_away,
        name="review-scan-take-away",
    ),
    path("reviews/<int:pk>/scans/<int:scan_pk>.jpg", scans.picture, name="review-scan-picture"),
    path(
        "reviews/<int:pk>/scans/<int:scan_pk>-straight.jpg",
        scans.straight,
        name="review-scan-straight",
    ),
    path("reviews/<int:pk>/<slug:key>/", section, name="review-section"),
    path("reviews/<int:pk>/<slug:key>/autosave/", autosave, name="review-autosave"),
]
